/** Examples of README and of the guide are TypeScript too: a wrong name or argument in one is an error here. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../architecture/sources.js'
import { problemsOf, type TypedText } from '../support/typed.js'

// The compiler reads the whole package, on a machine that does other things too.
const TIME = 300_000

/** The examples of one section of README are one program; each of the guide is its own. */
async function programsOf(file: string, split: RegExp): Promise<TypedText[]> {
  const sections = (await readFile(join(root, file), 'utf8')).split(split)
  return sections.flatMap((section, index) => {
    const text = [...section.matchAll(/^```(?:js|ts)\n(.*?)^```$/gms)].map((match) => match[1] ?? '').join('\n')
    if (text === '') return []
    const unsaid = ['autolog', 'createClient'].filter(
      (word) => !new RegExp(`import \\{[^}]*\\b${word}\\b|const ${word} =`).test(text),
    )
    const imports = unsaid.length > 0 ? `import { ${unsaid.join(', ')} } from 'tracestitch'; ` : ''
    return [{ path: `test/user/${file.replaceAll('/', '-')}-${index}.ts`, text: `${imports}${text}\nexport {}\n` }]
  })
}

const programs = [...(await programsOf('README.md', /^## /m)), ...(await programsOf('docs/routing.md', /^(?=```js$)/m))]

test('every example compiles', { timeout: TIME }, () => {
  expect(programs.length).toBeGreaterThan(15)
  expect(problemsOf(programs, { noUncheckedIndexedAccess: false, noImplicitAny: false })).toEqual([])
})

test('one with a wrong option, argument or field would not', { timeout: TIME }, () => {
  const wrong = [
    'createClient({ modles: {}, retries: 1 })',
    "createClient({ models: { a: [{ model: 'openai/m', wieght: 1 }] } })",
    'createClient({ cooldown: { durations: 1 } })',
    "await createClient().chat.completions.create({ model: 'a/b' })",
    "await createClient().chat.completions.create({ model: 'a/b', messages: [], temprature: 1 })",
    "(await createClient().chat.completions.create({ model: 'a/b', messages: [] }))._meta.usd",
    "(await createClient().responses.create({ model: 'a/b', input: 'x' })).text",
    'autolog({ nosuch: true })',
    'createClient().helth()',
  ]
  const texts = wrong.map((line, index) => ({
    path: `test/user/wrong-${index}.ts`,
    text: `import { autolog, createClient } from 'tracestitch'; void [autolog, createClient];\n;${line}\n`,
  }))
  const told = problemsOf(texts)
  expect(
    wrong.filter((_, index) => !told.some((problem) => problem.startsWith(`test/user/wrong-${index}.ts:2 `))),
  ).toEqual([])
})
