/** Every recorded answer is priced, or listed with the reason why not. The corpus lies beside the repository. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { costOf, type Cost } from '../../src/cost/price.js'
import { isObject } from '../../src/kernel/json.js'
import type { Protocol } from '../../src/kernel/protocol.js'
import { protocols } from '../../src/protocols/index.js'
import { readStream } from '../contracts/chunks.js'
import { corpusIsHere, readCorpus, type Recording } from '../protocols/corpus/files.js'

const TABLE = fileURLToPath(new URL('coverage.md', import.meta.url))
const at = Date.parse('2026-06-01T12:00:00Z')

interface Answer {
  readonly model: string
  readonly usage?: object | undefined
  readonly service_tier?: string | null | undefined
}

/** The answers of a recording, read by its codec; none of one that failed or that the codec refuses. */
function answersOf(protocol: Protocol, { answer, streams }: Recording): Answer[] {
  try {
    if (isObject(answer) || Array.isArray(answer)) {
      if (protocol.decodeError(answer)) return []
      return [protocol.decodeResponse(answer) as Answer]
    }
    if (protocol.kind !== 'chat') return []
    return (streams ?? []).map((bytes) => readStream(protocol, [bytes]).completion)
  } catch {
    // What codecs refuse is the matter of `conformance.test.ts`.
    return []
  }
}

/** From the body, or from the path of those who name it there. */
function askedModel({ request, path }: Recording): string {
  if (isObject(request) && typeof request['model'] === 'string') return request['model']
  const named = /\/(?:models?|deployments)\/([^/]+?)(?::\w+)?(?:\/[\w-]+)*$/.exec(path ?? '')?.[1]
  return decodeURIComponent(named ?? '')
}

interface Tally {
  priced: number
  reported: number
  uncounted: number
  unknown: number
}

function runCorpus(): string {
  const tallies = new Map<string, Tally>()
  const unknown = new Map<string, number>()
  const assumed = new Map<string, number>()
  const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1)
  for (const recording of readCorpus().recordings) {
    const protocol = Object.hasOwn(protocols, recording.format) ? protocols[recording.format] : undefined
    if (!protocol || recording.status >= 300) continue
    const provider = recording.file.split('/')[0] ?? ''
    for (const answer of answersOf(protocol, recording)) {
      const row = `${provider} | ${recording.format}`
      const tally = tallies.get(row) ?? { priced: 0, reported: 0, uncounted: 0, unknown: 0 }
      tallies.set(row, tally)
      const asked = askedModel(recording)
      const { usage, model, service_tier: serviceTier } = answer
      const cost = costOf({ provider, model: asked || model, served: model, usage, serviceTier, at })
      checkSum(cost)
      if (cost.source === 'provider') tally.reported += 1
      else if (cost.usd !== null) tally.priced += 1
      else if (!usage || asked + model === '') tally.uncounted += 1
      else {
        tally.unknown += 1
        count(unknown, `${recording.format} | ${asked || model} | ${cost.missing.join('; ')}`)
      }
      for (const note of cost.usd === null ? [] : cost.missing)
        count(assumed, note.replace(/\d[\d.]* (without)/, 'n $1'))
    }
  }
  const rows = [...tallies].sort().map(([row, tally]) => {
    return `| ${row} | ${tally.priced} | ${tally.reported} | ${tally.unknown} | ${tally.uncounted} |`
  })
  const listed = (counts: Map<string, number>) => [...counts].sort().map(([row, times]) => `| ${row} | ${times} |`)
  return [
    '# Prices of recorded traffic',
    '',
    'Written by `coverage.test.ts` (`UPDATE=1`), which fails when it no longer holds. Each answer is read by its codec and',
    'priced from the table, without prices of a user. The cost of one that the provider told is taken as it is; one without',
    'counts or without any name of a model (an answer alone, of which the request is not known) has no price.',
    '',
    '| provider | format | priced | reported | unknown | nothing counted |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    '## Unknown, and why',
    '',
    '| format | model | reason | answers |',
    '| --- | --- | --- | --- |',
    ...listed(unknown),
    '',
    '## What was assumed where a price was found',
    '',
    '| assumption | answers |',
    '| --- | --- |',
    ...listed(assumed),
    '',
  ].join('\n')
}

function checkSum({ usd, parts, source }: Cost): void {
  if (usd === null || source === 'provider') return
  const sum = Object.values(parts).reduce((all, part) => all + Math.round(part * 1e12), 0)
  expect(sum).toBe(Math.round(usd * 1e12))
}

describe('prices of recorded traffic', () => {
  if (!corpusIsHere) {
    test('the corpus (../shared/fixtures) is not here: nothing was priced', () => expect(corpusIsHere).toBe(false))
    return
  }
  test('every answer is priced or listed', () => {
    const table = runCorpus()
    if (process.env.UPDATE === '1') writeFileSync(TABLE, table)
    expect(table).toBe(readFileSync(TABLE, 'utf8'))
  })
})
