/** Puts the package beside others, as npm would, with its dependencies as the application there has them. Needs the build. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../architecture/sources.js'

/** Into `modules`, a `node_modules` folder. */
export function putBeside(modules: string): void {
  const home = join(modules, 'tracestitch')
  rmSync(home, { recursive: true, force: true })
  for (const part of ['dist', 'package.json', 'prices.json'])
    cpSync(join(root, part), join(home, part), { recursive: true })
}
