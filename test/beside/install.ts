/** Before the tests: puts the package beside the tools, as npm would, with the packages that the program has. */
import { cpSync, existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export function setup(): void {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const modules = `${root}/test/beside/node_modules`
  if (!existsSync(`${modules}/openai`)) return
  rmSync(`${modules}/tracestitch`, { recursive: true, force: true })
  for (const part of ['dist', 'package.json', 'prices.json'])
    cpSync(`${root}/${part}`, `${modules}/tracestitch/${part}`, { recursive: true })
}
