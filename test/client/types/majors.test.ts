/** The client fits the types of every major of the `openai` package that programs still have, and editors complete its names. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../architecture/sources.js'
import { completionsIn, problemsOf } from '../../support/typed.js'

// The compiler reads the whole package, on a machine that does other things too.
const TIME = 300_000

const checks = await readFile(join(root, 'test/client/types/openai.test-d.ts'), 'utf8')
const majors = ['openai-v4', 'openai-v5', 'openai-v6'].map((name) => ({
  path: `test/client/types/${name}.ts`,
  text: checks.replace("from 'openai'", `from '${name}'`),
}))

test('what is checked of the newest major holds for the older ones', { timeout: TIME }, () => {
  expect(problemsOf(majors)).toEqual([])
  expect(majors.filter(({ text }) => /from 'openai-v\d'/.test(text))).toHaveLength(3)
})

test('also where a program reads optional fields less strictly', { timeout: TIME }, () => {
  expect(problemsOf(majors, { exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false })).toEqual([])
})

test('what does not fit is told', { timeout: TIME }, () => {
  const wrong = majors.map(({ path, text }) => ({
    path,
    text: `${text}\nexport const no: [OpenAI.Chat.ChatCompletion, number] = [{} as Awaited<ReturnType<typeof asked>>, 'x']\n`,
  }))
  expect(problemsOf(wrong)).toHaveLength(3)
})

test('an editor offers aliases, and providers up to their slash', { timeout: TIME }, () => {
  const text = `import { createClient, type ClientOptions } from 'tracestitch'
const ai = createClient({ models: { smart: ['openai/gpt-5.4'], fast: { targets: [{ model: '|' }], fallbacks: ['|'] } } })
await ai.chat.completions.create({ model: '|', messages: [] })
await ai.chat.completions.stream({ model: '|', messages: [] })
await ai.responses.create({ model: '|', input: 'x', stream: true })
await ai.embeddings.create({ model: '|', input: 'x' })
await ai.images.generate({ model: '|', prompt: 'x' })
declare const options: ClientOptions
await createClient(options).chat.completions.create({ model: '|', messages: [] })
`
  const [target, fallback, chat, stream, responses, embeddings, images, plain] = completionsIn({
    path: 'test/client/types/editor.ts',
    text,
  })
  for (const names of [target, fallback, chat, stream, responses, embeddings, images, plain]) {
    expect(names).toEqual(expect.arrayContaining(['openai/', 'anthropic/', 'bedrock/']))
  }
  for (const names of [chat, stream, responses, embeddings, images]) {
    expect(names).toEqual(expect.arrayContaining(['smart', 'fast']))
  }
  expect(plain).not.toContain('smart')
})
