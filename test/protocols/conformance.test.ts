/** Every codec against recorded traffic. The corpus lies beside the repository and is no part of it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Protocol, ProtocolId } from '../../src/kernel/protocol.js'
import { protocols } from '../../src/protocols/index.js'
import { check } from './corpus/check.js'
import { corpusIsHere, readCorpus, type Recording } from './corpus/files.js'

const TABLE = fileURLToPath(new URL('conformance.md', import.meta.url))
const KINDS = ['request', 'answer', 'stream', 'error'] as const

/** Why an exception stays one. */
const REASONS: ReadonlyMap<string, string> = new Map([
  [
    'anthropic/exchanges/messages-claude-3-5-haiku-20241022-openinfere-41366f0b.json',
    'a system prompt without a character says nothing',
  ],
  ...['133b3af8', '8da07fc0'].map((id): [string, string] => [
    `bedrock/exchanges/converse-us.anthropic.claude-sonnet-4-5-20250929--pydantic-a-${id}.json`,
    'a blank text between a document and a cache point; the point goes before the document, where the API takes it too',
  ]),
  [
    'anthropic/vercel-ai/spliced-message-start.chunks.txt',
    'a proxy put two answers into one stream: what was given to the reader cannot be taken back, so it ends in an error',
  ],
  [
    'openai/vercel-ai/responses/parallel-tool-call-wrapper.1.chunks.txt',
    'the first and the last line of the recording are cut, so that they are no JSON',
  ],
  [
    'gemini/exchanges/generateContent-gemini-2.0-flash-pydantic-a-2c4c2dc4.json',
    'a reference at the root is written out, as its page has an object there',
  ],
  [
    'gemini/exchanges/generateContent-gemini-2.5-flash-pydantic-a-8b3e986d.json',
    'a `pattern` is passed over by the API, so the description tells it',
  ],
  [
    'gemini/exchanges/generateContent-gemini-2.5-flash-pydantic-a-bb7a5b6b.json',
    '`oneOf` is read as `anyOf` there, and written so',
  ],
  [
    'openrouter/exchanges/chat-google-gemini-2.5-flash-pydantic-a-5bf5132d.json',
    'a strict function is made fit for every model behind the gateway',
  ],
  [
    'openrouter/exchanges/chat-qwen-qwen3-30b-a3b-instruct-2507-pydantic-a-7c63abac.json',
    'a strict function is made fit for every model behind the gateway',
  ],
])

/** Some recordings of an API were made at a URL of another format. */
function isOfFormat({ path }: Recording, protocol: Protocol): boolean {
  const second =
    protocol.kind === 'chat' ? protocol.streamPath : protocol.kind === 'embeddings' ? protocol.batchPath : undefined
  const paths = [protocol.path, second ?? protocol.path]
  // The path of a recording has no query.
  return path === undefined || paths.some((ending) => path.endsWith(ending.replace(/\?.*$/, '')))
}

interface Tally {
  files: number
  counts: Record<(typeof KINDS)[number], number>
  exceptions: number
  otherURL: number
}

function emptyTally(): Tally {
  return { files: 0, counts: { request: 0, answer: 0, stream: 0, error: 0 }, exceptions: 0, otherURL: 0 }
}

function runCorpus(): string {
  const { recordings, others } = readCorpus()
  const tallies = new Map<ProtocolId, Tally>()
  const exceptions: string[] = []
  const unspoken = new Map<string, number>()
  for (const recording of recordings) {
    const { format, file } = recording
    const protocol = Object.hasOwn(protocols, format) ? protocols[format] : undefined
    if (!protocol) {
      unspoken.set(format, (unspoken.get(format) ?? 0) + 1)
      continue
    }
    const tally = tallies.get(format) ?? emptyTally()
    tallies.set(format, tally)
    if (!isOfFormat(recording, protocol)) {
      tally.otherURL += 1
      continue
    }
    tally.files += 1
    const { kinds, problems } = check(protocol, recording)
    for (const kind of kinds) tally.counts[kind] += 1
    if (problems.length > 0) {
      tally.exceptions += 1
      exceptions.push(
        `| ${file} | ${problems.slice(0, 4).join('; ')}${problems.length > 4 ? `; ${problems.length - 4} more` : ''} | ${REASONS.get(file) ?? ''} |`,
      )
    }
  }
  const rows = [...tallies].sort().map(([id, { files, counts, exceptions: failed, otherURL }]) => {
    return `| ${id} | ${files} | ${KINDS.map((kind) => counts[kind]).join(' | ')} | ${failed} | ${otherURL} |`
  })
  const missing = [...unspoken, ...others].sort().map(([api, count]) => `${api} ${count}`)
  return [
    '# Codecs against recorded traffic',
    '',
    'Written by `conformance.test.ts` (`UPDATE=1`), which fails when it no longer holds. A request is read, written again and',
    'compared; an answer, a stream and an error are read and compared with a naive reading of the bytes, then written and',
    'read again.',
    '',
    '| format | files | requests | answers | streams | errors | exceptions | of another URL |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `Recordings of formats without a codec: ${missing.join(', ')}.`,
    '',
    '## Exceptions',
    '',
    '| file | what did not hold | why it stays |',
    '| --- | --- | --- |',
    ...exceptions.sort(),
    '',
  ].join('\n')
}

describe('conformance with recorded traffic', () => {
  if (!corpusIsHere) {
    test('the corpus (../shared/fixtures) is not here: nothing was compared', () => expect(corpusIsHere).toBe(false))
    return
  }
  test('the counts and exceptions are those of the table', () => {
    const table = runCorpus()
    console.log(table.split('\n## Exceptions')[0])
    if (process.env.UPDATE === '1') writeFileSync(TABLE, table)
    expect(table).toBe(readFileSync(TABLE, 'utf8'))
  })
})
