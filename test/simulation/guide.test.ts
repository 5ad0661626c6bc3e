/** Every example of the guide makes a client. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createClient } from '../../src/index.js'
import { strategies } from '../../src/router/strategies/index.js'

const guide = readFileSync(fileURLToPath(new URL('../../docs/routing.md', import.meta.url)), 'utf8')
const examples = [...guide.matchAll(/^## (.*?)$|^```js\n(.*?)^```$/gms)].flatMap((match, index) =>
  match[2] === undefined ? [] : [[index, match[2]] as const],
)

beforeAll(() => {
  for (const name of ['OPENAI', 'ANTHROPIC', 'GROQ', 'OPENROUTER']) vi.stubEnv(`${name}_API_KEY`, 'sk-test')
})
afterAll(() => vi.unstubAllEnvs())

/** The example as it is written. */
function run(source: string): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval -- the guide's own text
  return new Function('createClient', `${source}\nreturn ai`)(createClient)
}

test('there are examples', () => expect(examples.length).toBeGreaterThanOrEqual(7))

test.each(examples)('example %i', (_, source) => {
  expect(run(source)).toHaveProperty('chat.completions.create')
})

test('an example with a wrong option would not', () => {
  expect(() =>
    run("const ai = createClient({ models: { a: { strategy: 'no-such', targets: ['openai/m'] } } })"),
  ).toThrow('strategy')
})

test('it names every strategy', () => {
  for (const id of strategies.keys()) expect(guide).toContain(`| \`${id}\` |`)
})
