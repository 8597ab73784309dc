try {
  showForm(await globalThis.network);
} catch (error) {
  say("answer", `This browser cannot run the network: ${error.message}`);
}
