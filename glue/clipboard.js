// Text to take elsewhere: copied, or selected where it cannot be.

export async function copy(text) {
  // Where the page is served without encryption, there is no clipboard.
  if (!navigator.clipboard) throw new Error("there is no clipboard");
  await navigator.clipboard.writeText(text);
}

export const select = (element) => getSelection().selectAllChildren(element);
