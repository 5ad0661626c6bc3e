'use strict'
/** Loads a client as a program of this folder does that is CommonJS. */
exports.load = (name) => require(name)
