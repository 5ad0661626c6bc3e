/** The type of provider ids says the rows. `UPDATE=1` writes it. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { providersById } from '../../src/providers/index.js'
import { root } from '../architecture/sources.js'

const providers = providersById()

const file = join(root, 'src/kernel/provider-id.ts')
const how = 'UPDATE=1 npx vitest run test/providers/ids.test.ts'

function generate(): string {
  const ids = [...providers.keys()].toSorted()
  return `/** Ids of the providers of this version, for editors. Written from the rows: \`${how}\`. */
export type ProviderId =
${ids.map((id) => `  | '${id}'`).join('\n')}
`
}

test(`the type of provider ids is that of the rows; else ${how}`, async () => {
  const generated = generate()
  if (process.env['UPDATE'] === '1') await writeFile(file, generated)
  expect(await readFile(file, 'utf8')).toBe(generated)
})
