/** `@lancedb/lancedb` keeps its tables in this process, or in a folder: no network and no keys. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { autolog } from '../../src/index.js'
import { recordSpans } from '../../src/testing/record-spans.js'
import { nativeEntry } from '../components/native.js'

interface Query extends AsyncIterable<unknown> {
  where(filter: string): Query
  limit(count: number): Query
  nearestTo(vector: readonly number[]): Query
  select(columns: readonly string[]): Query
  toArray(): Promise<{ readonly id: string }[]>
  toArrow(): Promise<{ readonly numRows: number }>
}

interface Merge {
  whenMatchedUpdateAll(): Merge
  whenNotMatchedInsertAll(): Merge
  execute(rows: readonly object[]): Promise<unknown>
}

interface Table {
  add(rows: readonly object[]): Promise<unknown>
  update(options: object): Promise<unknown>
  delete(filter: string): Promise<unknown>
  countRows(filter?: string): Promise<number>
  createIndex(column: string, options: object): Promise<unknown>
  query(): Query
  search(query: readonly number[] | string, type?: string, columns?: readonly string[]): Query
  vectorSearch(vector: readonly number[]): Query
  mergeInsert(column: string): Merge
}

interface Package {
  connect(uri: string): Promise<{
    createTable(name: string, rows: readonly object[]): Promise<Table>
    openTable(name: string): Promise<Table>
  }>
  readonly QueryBase: { readonly prototype: { readonly toArrow: unknown } }
  readonly Index: { fts(): unknown }
}

const entry = nativeEntry('@lancedb/lancedb')
const missing = entry === undefined ? '@lancedb/lancedb, below TRACESTITCH_NATIVE or installed' : undefined

test.skipIf(missing === undefined)(`@lancedb/lancedb is traced (missing: ${missing})`, () => undefined)

const ROWS = [
  { id: '1', vector: [0.1, 0.2], text: 'a cat', kind: 'pet' },
  { id: '2', vector: [0.3, 0.1], text: 'a dog', kind: 'pet' },
  { id: '3', vector: [0.9, 0.9], text: 'a whale', kind: 'wild' },
]

describe.skipIf(missing !== undefined)('@lancedb/lancedb', () => {
  const recorder = recordSpans()
  const folder = mkdtempSync(join(tmpdir(), 'tracestitch-lancedb-'))
  let lance: Package
  let original: unknown
  let table: Table
  let log: ReturnType<typeof autolog>

  beforeAll(async () => {
    lance = createRequire(import.meta.url)(entry ?? '') as Package
    original = lance.QueryBase.prototype.toArrow
    log = autolog({ exporter: recorder, captureContent: 'span', modules: { lancedb: lance } })
    table = await (await lance.connect(folder)).createTable('docs', ROWS)
  }, 120_000)

  afterAll(() => {
    log?.off()
    rmSync(folder, { recursive: true, force: true })
    if (lance) expect(lance.QueryBase.prototype.toArrow).toBe(original)
  })

  /** The result, and the one span that was made for it. */
  async function traced<T>(run: () => Promise<T>) {
    recorder.clear()
    const result = await run()
    await log.flush()
    expect(recorder.spans).toHaveLength(1)
    return { result, name: recorder.spans[0]?.name, attributes: recorder.spans[0]?.attributes ?? {} }
  }

  test('a search by a vector', async () => {
    const { result, name, attributes } = await traced(() =>
      table.vectorSearch([0.1, 0.2]).where("kind = 'pet'").limit(2).toArray(),
    )
    expect(result.map(({ id }) => id)).toEqual(['1', '2'])
    expect(name).toBe('retrieval docs')
    expect(attributes).toMatchObject({
      'gen_ai.operation.name': 'retrieval',
      'db.system.name': 'lancedb',
      'db.operation.name': 'search',
      'db.collection.name': 'docs',
      'gen_ai.retrieval.top_k': 2,
      'db.response.returned_rows': 2,
      'db.query.parameter.filter': "kind = 'pet'",
    })
    const documents = JSON.parse(String(attributes['gen_ai.retrieval.documents'])) as object[]
    expect(documents).toMatchObject([
      { id: '1', distance: 0, content: 'a cat', metadata: { kind: 'pet' } },
      { id: '2', content: 'a dog' },
    ])
  })

  test('other ways to the same search', async () => {
    const searches = [
      () => table.search([0.1, 0.2]).limit(1).toArrow(),
      () => table.query().nearestTo([0.1, 0.2]).limit(1).toArray(),
    ]
    for (const search of searches) {
      const { name, attributes } = await traced<unknown>(search)
      expect(name).toBe('retrieval docs')
      expect(attributes).toMatchObject({ 'gen_ai.retrieval.top_k': 1, 'db.response.returned_rows': 1 })
    }
  })

  test('a search by words', async () => {
    await table.createIndex('text', { config: lance.Index.fts() })
    const { result, name, attributes } = await traced(() => table.search('whale', 'fts', ['text']).limit(3).toArray())
    expect(result.map(({ id }) => id)).toEqual(['3'])
    expect(name).toBe('retrieval docs')
    expect(attributes['gen_ai.retrieval.query.text']).toBe('whale')
    expect(JSON.parse(String(attributes['gen_ai.retrieval.documents']))).toMatchObject([
      { id: '3', score: expect.any(Number) as number },
    ])
  })

  test('a query that searches nothing', async () => {
    const { result, name, attributes } = await traced(() => table.query().where("kind = 'wild'").toArray())
    expect(result).toHaveLength(1)
    expect(name).toBe('query docs')
    expect(attributes['db.response.returned_rows']).toBe(1)
  })

  test('a search that is read in batches', async () => {
    const { result, name, attributes } = await traced(async () => {
      const batches: unknown[] = []
      for await (const batch of table.vectorSearch([0.1, 0.2]).limit(2)) batches.push(batch)
      return batches.length
    })
    expect(result).toBe(1)
    expect(name).toBe('retrieval docs')
    expect(attributes['db.response.returned_rows']).toBeUndefined()
  })

  test('a search that fails', async () => {
    const { result, attributes } = await traced(() =>
      table
        .vectorSearch([0.1, 0.2])
        .where('no such column = 1')
        .toArray()
        .catch((error: unknown) => error),
    )
    expect(result).toBeInstanceOf(Error)
    expect(attributes['error.type']).toBe('GenericFailure')
  })

  test('rows are written, counted, changed and deleted', async () => {
    const added = await traced(() =>
      table.add([
        { ...ROWS[0], id: '4' },
        { ...ROWS[1], id: '5' },
      ]),
    )
    expect(added.name).toBe('add docs')
    expect(added.attributes['db.operation.batch.size']).toBe(2)
    const counted = await traced(() => table.countRows("kind = 'pet'"))
    expect(counted).toMatchObject({ result: 4, name: 'countRows docs', attributes: { 'db.response.returned_rows': 4 } })
    expect((await traced(() => table.update({ where: "id = '4'", values: { text: 'a tiger' } }))).name).toBe(
      'update docs',
    )
    expect((await traced(() => table.delete("id = '5'"))).name).toBe('delete docs')
    const merged = await traced(() =>
      table
        .mergeInsert('id')
        .whenMatchedUpdateAll()
        .whenNotMatchedInsertAll()
        .execute([{ ...ROWS[0], id: '6' }]),
    )
    expect(merged.name).toBe('merge_insert docs')
  })

  test('a table that is opened again', async () => {
    const again = await (await lance.connect(folder)).openTable('docs')
    expect((await traced(() => again.vectorSearch([0.1, 0.2]).limit(1).toArray())).name).toBe('retrieval docs')
  })
})
