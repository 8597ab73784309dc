// Elements of the page by their ids, for all the other files.

export const byId = (id) => document.getElementById(id);
