/** The table of hosts says what the rows say, without loading them. `UPDATE=1` writes it. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hostsOf } from '../../src/providers/directory.js'
import { providersById } from '../../src/providers/index.js'
import { mayBeKnown } from '../../src/providers/known-hosts.js'
import { STORE_HOSTS } from '../../src/providers/store-hosts.js'
import { directory } from '../../src/whole-directory.js'
import { root } from '../architecture/sources.js'

const file = join(root, 'src/providers/host-names.ts')
const how = 'UPDATE=1 npx vitest run test/providers/known-hosts.test.ts'
const names = [...new Set([...providersById().values()].flatMap(hostsOf))].toSorted()

function generate(): string {
  return `/** Host names of all rows, as \`ProviderRow.hosts\` has them. Written from the rows: \`${how}\`. */
export const HOST_NAMES: readonly string[] = [
${names.map((name) => `  '${name}',`).join('\n')}
]
`
}

test(`the table of hosts is that of the rows; else ${how}`, async () => {
  const generated = generate()
  if (process.env['UPDATE'] === '1') await writeFile(file, generated)
  expect(await readFile(file, 'utf8')).toBe(generated)
})

test('every host of a row is found, and no other', () => {
  for (const name of names) {
    const host = (name.startsWith('.') ? `a${name}` : name).replaceAll('*', 'x')
    expect([host, mayBeKnown(host)]).toEqual([host, true])
    expect(directory.speakerAt(host)?.formats).not.toEqual([])
    expect(directory.speakerAt(host)?.provider).toBe(directory.identifyHost(host)?.provider)
  }
  for (const name of STORE_HOSTS) expect(directory.identifyHost(`a${name}`)).toBeDefined()
  for (const host of ['example.com', 'openai.com', 'api.openai.com.example.com', 'bedrock-runtime.amazonaws.com'])
    expect([host, mayBeKnown(host), directory.identifyHost(host)]).toEqual([host, false, undefined])
})
