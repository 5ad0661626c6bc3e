/** Before the tests: puts the package beside the tools, where they are installed. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../architecture/sources.js'
import { putBeside } from '../support/put-beside.js'

export function setup(): void {
  for (const folder of ['test/beside', 'test/beside/newest']) {
    const modules = join(root, folder, 'node_modules')
    if (existsSync(join(modules, 'openai'))) putBeside(modules)
  }
}
