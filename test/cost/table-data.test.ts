/** `prices.json` is what `@pydantic/genai-prices` says, and a name means the same model in both. */
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { runInNewContext } from 'node:vm'
import { calcPrice } from '@pydantic/genai-prices'
import { expect, test } from 'vitest'
import {
  modelIn,
  providerIn,
  type Match,
  type ModelInfo,
  type Table,
  type TableProvider,
} from '../../src/cost/table-models.js'

const file = new URL('../../prices.json', import.meta.url)
const load = createRequire(import.meta.url)

/** The package shows its data only to those who replace it, so its file is read. */
async function packaged(): Promise<Table> {
  const source = await readFile(load.resolve('@pydantic/genai-prices'), 'utf8')
  const name = /\bconst (\w+)=\[\{id:"/.exec(source)?.[1] ?? ''
  const providers = runInNewContext(`${source};${name}`, { exports: {} }) as TableProvider[]
  const { version } = JSON.parse(
    await readFile(new URL('../../node_modules/@pydantic/genai-prices/package.json', import.meta.url), 'utf8'),
  ) as { version: string }
  return { version, providers: providers.map(needed) }
}

function needed({ id, provider_match, fallback_model_providers, models }: TableProvider): TableProvider {
  return {
    id,
    ...(provider_match && { provider_match: lowerCased(provider_match) }),
    ...(fallback_model_providers && { fallback_model_providers }),
    models: models.map(neededOf),
  }
}

/** A condition that only says the id is left out. */
function neededOf({ id, match, prices }: ModelInfo): ModelInfo {
  const condition = match && lowerCased(match)
  const saysId = condition && 'equals' in condition && condition.equals === id
  return { id, ...(condition && !saysId && { match: condition }), prices }
}

/** Names are compared in lower case, so their conditions are written so. */
function lowerCased(match: Match): Match {
  return Object.fromEntries(
    Object.entries(match).map(([kind, value]: [string, string | readonly Match[]]) => [
      kind,
      typeof value !== 'string' ? value.map(lowerCased) : kind === 'regex' ? value : value.toLowerCase(),
    ]),
  ) as unknown as Match
}

/** One line a model, so that a change of a price can be read. */
function written({ version, providers }: Table): string {
  const blocks = providers.map(({ models, ...head }) => {
    const lines = models.map((model) => JSON.stringify(model))
    return `${JSON.stringify(head).slice(0, -1)},"models":[\n${lines.join(',\n')}\n]}`
  })
  return `{"version":${JSON.stringify(version)},"providers":[\n${blocks.join(',\n')}\n]}\n`
}

test('prices.json is the data of the version that is installed', async () => {
  const text = written(await packaged())
  if (process.env['UPDATE'] === '1') await writeFile(file, text)
  expect(await readFile(file, 'utf8')).toBe(text)
})

/** Names that an entry may be meant by: its id, what its conditions say, and each with a date and a beginning. */
function namesOf({ id, match }: ModelInfo): readonly string[] {
  const said = (one: Match): readonly string[] => {
    if ('or' in one) return one.or.flatMap(said)
    if ('and' in one) return [one.and.flatMap(said).join('-')]
    return Object.values(one) as string[]
  }
  const names = [id, ...(match ? said(match) : [])]
  return names.flatMap((name) => [name, name.toUpperCase(), `${name}-20250815`, `x/${name}`, `${name}:free`])
}

test('every name means the model that it means in the package', async () => {
  const table = JSON.parse(await readFile(file, 'utf8')) as Table
  const differing: string[] = []
  for (const provider of table.providers) {
    for (const model of provider.models) {
      for (const name of namesOf(model)) {
        const theirs = calcPrice({}, name, { providerId: provider.id })
        const priced = theirs && Object.keys(theirs.model_price).length > 0 ? theirs.model.id : undefined
        if (modelIn(table, provider, name)?.id !== priced) differing.push(`${provider.id}/${name}`)
      }
    }
  }
  expect(differing).toEqual([])
  expect(providerIn(table, 'OpenAI')?.id).toBe('openai')
  expect(providerIn(table, 'nobody')).toBeUndefined()
})
