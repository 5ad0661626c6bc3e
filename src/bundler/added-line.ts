/** The line that is added to a module of an SDK, by which `autolog()` gets it, whichever of the two is there first. */
import path from 'node:path'
import { BUNDLED } from '../autolog/find/bundled.js'
import type { SdkEntry } from './entries.js'

/** A statement of an ES module, at the beginning of a line or behind another one. */
const MODULE_SYNTAX = /(?:^|[;}])\s*(?:export\s*[{*]|export\s+\w|import\s*[{*"']|import\s+\w)/m

/** The source as it was, and one more line, so that source maps hold. */
export function withHandOver(source: string, file: string, { package: name, entry }: SdkEntry): string {
  const isModule = formatOf(source, file) === 'esm'
  const self = '$tracestitch_self'
  const load = isModule ? `import * as ${self} from ${JSON.stringify(`./${path.basename(file)}`)};` : ''
  const fields = [
    `package: ${JSON.stringify(name)}`,
    `entry: ${JSON.stringify(entry)}`,
    `format: "${isModule ? 'esm' : 'cjs'}"`,
    `exports: ${isModule ? self : 'module.exports'}`,
  ]
  const state = `globalThis[Symbol.for("tracestitch.v1")] ??= new Map()`
  const slot = JSON.stringify(BUNDLED)
  return (
    `${source}\n;${load}` +
    `((state) => { if (!state.has(${slot})) state.set(${slot}, []); ` +
    `state.get(${slot}).push({ ${fields.join(', ')} }) })(${state});\n`
  )
}

function formatOf(source: string, file: string): 'esm' | 'cjs' {
  const extension = path.extname(file)
  if (extension === '.mjs') return 'esm'
  if (extension === '.cjs') return 'cjs'
  return MODULE_SYNTAX.test(source) ? 'esm' : 'cjs'
}
