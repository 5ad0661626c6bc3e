/** A `require` that works in the ES module and the CommonJS build, and in a bundle of either. */
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

declare const __filename: string | undefined

/** The file this code runs from. A bundle in CJS has no `import.meta.url`; an eval has neither. */
export function ownFile(): string | undefined {
  const url = import.meta.url as string | undefined
  if (url?.startsWith('file:')) return fileURLToPath(url)
  return typeof __filename === 'string' ? __filename : undefined
}

let ownRequire: NodeJS.Require | undefined

/** Resolves from the file this code runs from, or else from the working directory. */
export function requireFromHere(): NodeJS.Require {
  ownRequire ??= createRequire(pathToFileURL(ownFile() ?? path.join(process.cwd(), 'x.js')))
  return ownRequire
}
