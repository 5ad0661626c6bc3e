/** Bodies tell by themselves how they are framed. Each is read byte by byte, and cut in two at every place. */
import { describe, expect, test } from 'vitest'
import { createFrameParser, encodeFrame, type FrameEvent, type Framing } from '../../src/kernel/frames.js'

function read(
  framing: Framing | undefined,
  mediaType: string | undefined,
  slices: readonly Uint8Array[],
): FrameEvent[] {
  const parser = createFrameParser(framing, mediaType)
  return [...slices.flatMap((slice) => [...parser.push(slice)]), ...parser.end()]
}

/** Each way to cut bytes in two, in pieces of one byte, and whole with empty pieces around. */
function splits(bytes: Uint8Array): Uint8Array[][] {
  const empty = new Uint8Array()
  return [
    [empty, bytes, empty],
    Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)),
    ...Array.from(bytes, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]),
  ]
}

const BOM = '\uFEFF'

interface Row {
  readonly name: string
  readonly framing?: Framing
  readonly type?: string
  readonly body: string
  readonly gives: readonly FrameEvent[]
}

const events = (...data: string[]): FrameEvent[] => data.map((one) => ({ data: one }))
const whole = (data: string): FrameEvent[] => [{ data, whole: true }]

const rows: readonly Row[] = [
  { name: 'events', body: 'data: {"a":"ü🙂"}\n\ndata: [DONE]\n\n', gives: events('{"a":"ü🙂"}', '[DONE]') },
  { name: 'events with CRLF', body: 'event: x\r\ndata: 1\r\n\r\n', gives: [{ event: 'x', data: '1' }] },
  {
    name: 'events with CR alone',
    body: 'event: x\rdata: 1\r\rdata: 2\r\r',
    gives: [{ event: 'x', data: '1' }, { data: '2' }],
  },
  { name: 'events without a space after the colon', body: 'event:x\ndata:1\n\n', gives: [{ event: 'x', data: '1' }] },
  { name: 'several data lines', body: 'data: {"a":\ndata: 1}\n\n', gives: events('{"a":\n1}') },
  { name: 'comments and empty lines first', body: '\n\n: hi\n\n:\n\ndata: 1\n\n', gives: events('1') },
  { name: 'a byte order mark', body: `${BOM}data: 1\n\n`, gives: events('1') },
  { name: 'fields that nobody knows', body: 'id: 7\nretry: 10\nfoo: bar\ndata: 1\n\n', gives: events('1') },
  { name: 'no empty line at the end', body: 'data: 1\n\ndata: 2', gives: events('1', '2') },
  { name: 'events under a JSON type', type: 'application/json', body: 'data: 1\n\n', gives: events('1') },
  { name: 'nothing', body: '', gives: [] },
  { name: 'nothing but white space', body: ' \r\n\t', gives: [] },
  {
    name: 'one JSON object',
    type: 'application/json',
    body: ' {"a":\n [1, "}"]}\n',
    gives: whole('{"a":\n [1, "}"]}'),
  },
  {
    name: 'one JSON object under the type of events',
    type: 'text/event-stream',
    body: '{"error":"ü"}',
    gives: whole('{"error":"ü"}'),
  },
  { name: 'one JSON object that is cut', body: '{"a":', gives: whole('{"a":') },
  {
    name: "a list, as Google's servers write it",
    type: 'application/json; charset=UTF-8',
    body: '[{\n  "a": [1, {"b": "},]\\"\\\\"}]\n}\n,\r\n{"c": "ü🙂"}\n]\n',
    gives: events('{\n  "a": [1, {"b": "},]\\"\\\\"}]\n}', '{"c": "ü🙂"}'),
  },
  { name: 'a list with a byte order mark', body: `${BOM}[{"a":1}]`, gives: events('{"a":1}') },
  {
    name: 'a list of other values',
    body: '[1, null ,"a,]" , [2], true]',
    gives: events('1', 'null', '"a,]"', '[2]', 'true'),
  },
  { name: 'an empty list', body: '[ ]', gives: [] },
  { name: 'a list that is cut between elements', body: '[{"a":1},', gives: events('{"a":1}') },
  { name: 'a list that is cut inside an element', body: '[{"a":1},{"b"', gives: events('{"a":1}', '{"b"') },
  { name: 'a list and more', body: '[{"a":1}] oops', gives: events('{"a":1}', 'oops') },
  { name: 'brackets that do not match', body: '[{"a":1]]}', gives: events('{"a":1]') },
  {
    name: 'a list where lines are expected',
    framing: 'ndjson',
    body: '[{"a":1},{"b":2}]',
    gives: events('{"a":1}', '{"b":2}'),
  },
  {
    name: 'lines',
    framing: 'ndjson',
    type: 'application/x-ndjson',
    body: '{"a":1}\n\n{"b":"ü"}',
    gives: events('{"a":1}', '{"b":"ü"}'),
  },
  {
    name: 'lines with CRLF and CR',
    framing: 'ndjson',
    body: '{"a":1}\r\n{"b":2}\r{"c":3}\r',
    gives: events('{"a":1}', '{"b":2}', '{"c":3}'),
  },
  { name: 'lines with a byte order mark', framing: 'ndjson', body: `${BOM}{"a":1}\n`, gives: events('{"a":1}') },
  {
    name: 'lines that are called JSON',
    framing: 'ndjson',
    type: 'application/json',
    body: '{"a":"ü"}\n \n{"b":"🙂"}\n',
    gives: events('{"a":"ü"}', '{"b":"🙂"}'),
  },
  { name: 'JSON on one line', framing: 'ndjson', type: 'application/json', body: '{"a":1}\n', gives: whole('{"a":1}') },
  {
    name: 'JSON on several lines',
    framing: 'ndjson',
    type: 'application/json',
    body: '{\n"a":1\n}\n',
    gives: whole('{\n"a":1\n}'),
  },
  {
    name: 'JSON in place of messages',
    framing: 'aws-eventstream',
    type: 'application/json',
    body: '{"message":"no"}',
    gives: whole('{"message":"no"}'),
  },
]

describe('any cut of the bytes', () => {
  test.each(rows)('$name', ({ framing, type, body, gives }) => {
    for (const slices of splits(new TextEncoder().encode(body))) expect(read(framing, type, slices)).toEqual(gives)
  })

  test('event-stream messages', () => {
    const sent = [
      { event: 'x', data: { a: 'ü🙂' } },
      { event: 'y', data: {} },
    ]
    const bytes = new Uint8Array(Buffer.concat(sent.map((one) => encodeFrame(one, 'aws-eventstream'))))
    for (const slices of splits(bytes)) {
      const found = read('aws-eventstream', undefined, slices)
      expect(found.map(({ event, data }) => ({ event, data: JSON.parse(data) as unknown }))).toEqual(sent)
    }
  })
})

describe('as soon as it is complete', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

  test('an element of a list comes with its last byte, before the comma', () => {
    const parser = createFrameParser()
    expect(parser.push(bytes('[{"a":1'))).toEqual([])
    expect(parser.push(bytes('}'))).toEqual(events('{"a":1}'))
    expect(parser.push(bytes(',\n{"b":2}\n,{"c"'))).toEqual(events('{"b":2}'))
    expect(parser.push(bytes(':3}]'))).toEqual(events('{"c":3}'))
    expect(parser.end()).toEqual([])
  })

  test('a line that is called JSON comes with the first byte of the next one', () => {
    const parser = createFrameParser('ndjson', 'application/json')
    expect(parser.push(bytes('{"a":1}\n'))).toEqual([])
    expect(parser.push(bytes('{'))).toEqual(events('{"a":1}'))
    expect(parser.push(bytes('"b":2}\n'))).toEqual(events('{"b":2}'))
  })
})

test('a body of many pieces costs no more than its length', () => {
  const piece = new TextEncoder().encode(' '.repeat(1024))
  for (const [framing, type, head] of [
    ['sse', undefined, '[{"a":"'],
    ['sse', undefined, '{"a":"'],
    ['ndjson', 'application/json', '{"a":1}\n'],
    ['ndjson', undefined, '{"a":"'],
  ] as const) {
    const parser = createFrameParser(framing, type)
    parser.push(new TextEncoder().encode(head))
    // Twenty megabytes: with a second look at what came before, this would not end in minutes.
    for (let i = 0; i < 20_000; i += 1) expect(parser.push(piece)).toEqual([])
    expect(parser.end().length).toBeGreaterThan(0)
  }
})
