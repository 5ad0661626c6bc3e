/**
 * What providers' own bodies mean, line by line in `bodies/`: too long, refused for their content, of the target itself, or of
 * this one request. A new body is a line.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { verdictOf } from '../../../src/policies/cooldown.js'
import type { ErrorClass } from '../../../src/policies/classify-error.js'
import { mayFallBack } from '../../../src/policies/fallback.js'
import { refusedBy } from './refused.js'

interface Line {
  readonly who: string
  readonly model: string
  readonly status: number
  readonly class: ErrorClass
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

function linesOf(name: string): readonly Line[] {
  const text = readFileSync(new URL(`bodies/${name}.jsonl`, import.meta.url), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

/** Classes after which the target keeps serving others. */
const ABOUT_THE_CALL: ReadonlySet<ErrorClass> = new Set([
  'bad-request',
  'context-length',
  'content-policy',
  'invalid-output',
  'unsupported',
])

describe.each(['too-long', 'content-policy', 'target', 'this-request'])('%s', (name) => {
  test.each(linesOf(name))('$who: $class', async ({ model, status, body, headers, class: expected }) => {
    const error = await refusedBy(model, { status, body, ...(headers && { headers }) })
    expect(error.failureClass).toBe(expected)
    expect(mayFallBack(error.failureClass)).toBe(expected !== 'bad-request')
    expect(verdictOf(error.failureClass) === 'failure').toBe(!ABOUT_THE_CALL.has(expected))
  })
})
