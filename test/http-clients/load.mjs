/** Loads a client as a program of this folder does that is an ES module. */
export const load = (name) => import(name)
