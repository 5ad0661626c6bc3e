/**
 * What the contract's run of one SDK recorded, for the table in `docs/coverage.md`:
 * `COVERAGE=<folder> npx vitest run test/integrations` writes a file for each, and `npm run coverage -- <folder>` the table.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChildReport } from '../contracts/integration.js'
import type { RecordedRequest } from '../support/fake-provider.js'

/** One version of one SDK in one module format. */
export interface Coverage {
  readonly package: string
  readonly version: string
  readonly format: 'esm' | 'cjs'
  /** Major of Node that ran it. */
  readonly node: number
  readonly operations: readonly string[]
  /** What was seen on a span at least once. */
  readonly recorded: readonly Recorded[]
}

export const RECORDED = {
  tokens: 'gen_ai.usage.input_tokens',
  cost: 'gen_ai.usage.cost',
  'first chunk': 'gen_ai.response.time_to_first_chunk',
  input: 'gen_ai.input.messages',
  output: 'gen_ai.output.messages',
  error: 'error.type',
} as const

export type Recorded = keyof typeof RECORDED | 'traceparent'

export function writeCoverage(
  /** Of the case: a package may have several. */
  id: string,
  facts: Pick<Coverage, 'package' | 'version' | 'format'>,
  { spans }: ChildReport,
  requests: readonly RecordedRequest[],
): void {
  const folder = process.env['COVERAGE']
  if (folder === undefined) return
  const seen = spans.filter(({ scope }) => scope !== 'test').map(({ attributes }) => attributes)
  const operations = seen.map(
    (each) => each['gen_ai.operation.name'] ?? each['db.operation.name'] ?? each['mcp.method.name'],
  )
  const recorded = (Object.keys(RECORDED) as (keyof typeof RECORDED)[]).filter((name) =>
    seen.some((attributes) => attributes[RECORDED[name]] !== undefined),
  )
  const coverage: Coverage = {
    ...facts,
    node: Number.parseInt(process.versions.node, 10),
    operations: [...new Set(operations)].filter((each) => typeof each === 'string').sort(),
    recorded: [
      ...recorded,
      ...(requests.some(({ traceparents }) => traceparents > 0) ? (['traceparent'] as const) : []),
    ],
  }
  mkdirSync(folder, { recursive: true })
  const name = `${id}-${facts.version}-${facts.format}-${coverage.node}.json`
  writeFileSync(join(folder, name), JSON.stringify(coverage, null, 2))
}
