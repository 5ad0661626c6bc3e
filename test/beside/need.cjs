/** Packages of the folder that a program was started in. */
const { createRequire } = require('node:module')
const { join } = require('node:path')

module.exports = { need: createRequire(join(process.cwd(), 'program.cjs')) }
