/** What the pages list is what there is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { integrations } from '../../integrations/index.js'
import { checkOptions } from '../../src/autolog/options.js'
import * as errors from '../../src/kernel/errors.js'
import * as rows from '../../src/providers/rows.js'
import { strategies } from '../../src/router/strategies/index.js'
import { root } from '../architecture/sources.js'
import { pages, textOf } from './pages.js'

const everything = pages.map(textOf).join('\n')

/** Those of `names` that no page has as a word of code. */
const unsaid = (names: readonly string[], text = everything): string[] =>
  names.filter((name) => !new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text))

test('the routing page names every strategy', () => {
  for (const id of strategies.keys()) expect(textOf('docs/routing.md')).toContain(`| \`${id}\` |`)
})

test('the number of providers is that of the rows, rounded down', () => {
  const tens = Math.floor(Object.keys(rows).length / 10) * 10
  const places = [...pages, 'CHANGELOG.md', 'package.json', 'AGENTS.md'].flatMap((page) =>
    [...textOf(page).matchAll(/(\d+)\+? (?:built-in |LLM |known )?(?:providers|rows)\b/g)].map(([, said]) => [
      page,
      Number(said),
    ]),
  )
  expect(places.length).toBeGreaterThan(3)
  expect(places.filter(([, said]) => said !== tens)).toEqual([])
})

test('the table of SDKs has every package that an integration serves', () => {
  const packages = new Set(integrations.flatMap(({ packages }) => packages))
  const table = textOf('docs/sdks.md')
  const listed = (name: string): boolean =>
    table.includes(`\`${name}\``) || (name.startsWith('@ai-sdk/') && table.includes('`@ai-sdk/*`'))
  expect(packages.size).toBeGreaterThan(10)
  expect([...packages].filter((name) => !listed(name))).toEqual([])
})

test('every option of autolog() is on a page', () => {
  let message = ''
  try {
    checkOptions({ '': true }, [])
  } catch (error) {
    message = (error as Error).message
  }
  const names = /use one of (.*)/.exec(message)?.[1]?.split(', ') ?? []
  expect(names).toContain('captureContent')
  expect(unsaid(names)).toEqual([])
})

test('every option of the client is on a page', () => {
  const { properties } = JSON.parse(readFileSync(join(root, 'schema.json'), 'utf8')) as { properties: object }
  const names = Object.keys(properties).filter((name) => name !== '$schema')
  expect(names).toContain('budgets')
  expect(unsaid(names)).toEqual([])
})

test('the client page has every class of errors', () => {
  const names = Object.keys(errors).filter((name) => /^[A-Z]\w*Error$/.test(name))
  expect(names.length).toBeGreaterThan(8)
  expect(unsaid(names, textOf('docs/client.md'))).toEqual([])
})

test('attributes and metrics that a page names are those that are written', () => {
  const source = readFileSync(join(root, 'src/telemetry/semconv.ts'), 'utf8')
  const named = new Set(
    [...everything.matchAll(/`((?:gen_ai|tracestitch)\.(?!json`)[a-z_.]+)`/g)].map(([, name = '']) => name),
  )
  // Of some the last part depends: the bucket of a cost.
  const isWritten = (name: string): boolean =>
    source.includes(`'${name}'`) || source.includes(`\`${name.slice(0, name.lastIndexOf('.'))}.\${`)
  expect(named.size).toBeGreaterThan(15)
  expect([...named].filter((name) => !isWritten(name))).toEqual([])
})
