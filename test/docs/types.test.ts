/** Examples are TypeScript too: a wrong name or argument in one is an error here. */
import { expect, test } from 'vitest'
import { problemsOf, type TypedText } from '../support/typed.js'
import { NOT_INSTALLED, programs } from './pages.js'

// The compiler reads the whole package, on a machine that does other things too.
const TIME = 300_000

const AMBIENT: TypedText = {
  path: 'test/docs/not-installed.d.ts',
  text: NOT_INSTALLED.map((name) => `declare module '${name}'; declare module '${name}/*'`).join('\n'),
}

const textsOf = (language: 'js' | 'ts'): TypedText[] =>
  programs
    .filter((program) => program.language === language)
    .map(({ name, source }) => ({
      path: `test/docs/${name.replaceAll(/\W+/g, '-')}.ts`,
      text: `${source}\nexport {}\n`,
    }))

test('every example in JavaScript compiles', { timeout: TIME }, () => {
  const loose = { noImplicitAny: false, noUncheckedIndexedAccess: false, useUnknownInCatchVariables: false }
  expect(problemsOf([AMBIENT, ...textsOf('js')], loose)).toEqual([])
})

/** Each is wrong in its second line. */
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
].map((line, index) => ({
  path: `test/docs/wrong-${index}.ts`,
  text: `import { autolog, createClient } from 'tracestitch'; void [autolog, createClient];\n;${line}\n`,
}))

test(
  'every example in TypeScript compiles; one with a wrong option, argument or field would not',
  { timeout: TIME },
  () => {
    const problems = problemsOf([AMBIENT, ...textsOf('ts'), ...wrong])
    const places = problems.map((problem) => problem.split(' ', 1)[0] ?? '')
    expect(problems.filter((problem) => !problem.startsWith('test/docs/wrong-'))).toEqual([])
    expect(wrong.map(({ path }) => `${path}:2`).filter((place) => !places.includes(place))).toEqual([])
  },
)
