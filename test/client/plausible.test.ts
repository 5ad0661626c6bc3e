/** Which usage cannot be true of a call, at the edges: what is doubted counts as estimated, and has no price. */
import { expect, test } from 'vitest'
import type { Answer } from '../../src/client/call/answer.js'
import { doubtOf } from '../../src/client/facts/plausible.js'

const chat = (message: object): Answer => ({ chat: { choices: [{ message }] } }) as unknown as Answer
const text = (length: number): Answer => chat({ content: 'x'.repeat(length) })
const NOTHING = text(0)
const OTHER = { other: { id: '', model: 'm' } } as unknown as Answer

const usage = (prompt: number | undefined, output?: number) => ({ prompt_tokens: prompt, completion_tokens: output })

type Row = readonly [
  what: string,
  answer: Answer,
  usage: object | undefined,
  input: number,
  room: number | undefined,
  doubt: object | undefined,
]

const rows: readonly Row[] = [
  ['no usage', text(5000), undefined, 5000, 10, undefined],
  [
    'no count',
    NOTHING,
    usage(-1, 5),
    10,
    10,
    { fault: 'usage: prompt_tokens is -1, which cannot be the count of a call' },
  ],

  ['a long prompt that grew', NOTHING, usage(2_000_000, 0), 1, undefined, undefined],
  [
    'one beyond that, of a short request',
    NOTHING,
    usage(2_000_001, 0),
    2000,
    undefined,
    { fault: 'usage: 2000001 input tokens, for a request of about 2000' },
  ],
  ['of a long request', NOTHING, usage(2_001_000, 0), 2001, undefined, undefined],

  ['no prompt, of a short request', text(10), usage(0, 5), 64, undefined, undefined],
  [
    'no prompt, of a longer one',
    text(10),
    usage(0, 5),
    65,
    undefined,
    { fault: 'usage: no input tokens, for a request of about 65' },
  ],
  [
    'none told',
    text(10),
    usage(undefined, 5),
    65,
    undefined,
    { fault: 'usage: no input tokens, for a request of about 65' },
  ],
  ['no prompt and no answer', NOTHING, usage(0, 0), 65, undefined, undefined],
  ['no prompt, of another operation', OTHER, usage(0, 5), 65, undefined, undefined],

  ['the longest answer', OTHER, usage(5, 2_000_000), 10, undefined, undefined],
  [
    'a longer one',
    OTHER,
    usage(5, 2_000_001),
    10,
    undefined,
    { fault: 'usage: 2000001 output tokens, more than any answer has' },
  ],
  [
    'thought beyond the limit',
    OTHER,
    usage(5, 200_000),
    10,
    100,
    { note: 'usage: 200000 output tokens, but the request allows 100' },
  ],
  ['more than thought is', OTHER, usage(5, 200_001), 10, 100, { fault: 'usage: 200001 output tokens, of 100 at most' }],
  [
    'a hundred times a high limit',
    OTHER,
    usage(5, 300_000),
    10,
    3000,
    { note: 'usage: 300000 output tokens, but the request allows 3000' },
  ],
  ['more than that', OTHER, usage(5, 300_001), 10, 3000, { fault: 'usage: 300001 output tokens, of 3000 at most' }],
  ['counted in another way', OTHER, usage(5, 126), 10, 100, undefined],
  ['more than that', OTHER, usage(5, 127), 10, 100, { note: 'usage: 127 output tokens, but the request allows 100' }],

  ['few tokens for a text', text(240), usage(5, 1), 10, undefined, undefined],
  ['too few', text(241), usage(5, 1), 10, undefined, { fault: 'usage: 1 output tokens, for a text of about 61' }],
  ['enough for a longer one', text(280), usage(5, 2), 10, undefined, undefined],
  ['none for a text', text(1), usage(5, 0), 10, undefined, { fault: 'usage: 0 output tokens, for a text of about 1' }],
  ['none for none', NOTHING, usage(5, 0), 10, undefined, undefined],
  ['none told', text(500), usage(5), 10, undefined, undefined],
  [
    'of what was thought',
    chat({ content: null, reasoning_content: 'x'.repeat(241) }),
    usage(5, 1),
    10,
    undefined,
    { fault: 'usage: 1 output tokens, for a text of about 61' },
  ],
  [
    'of arguments',
    chat({ tool_calls: [{ function: { arguments: 'x'.repeat(200) } }, { function: { arguments: 'x'.repeat(41) } }] }),
    usage(5, 1),
    10,
    undefined,
    { fault: 'usage: 1 output tokens, for a text of about 61' },
  ],
  [
    'of calls without any',
    chat({ tool_calls: [{ custom: {} }, { function: { arguments: 7 } }] }),
    usage(5, 0),
    10,
    1,
    undefined,
  ],
  ['an image in the text', chat({ content: `a;base64,${'x'.repeat(500)}` }), usage(5, 1), 10, undefined, undefined],
  [
    'an image in one of two answers',
    { chat: { choices: [{ message: { content: 'x'.repeat(500) } }, { message: { content: 'a;base64,x' } }] } } as never,
    usage(5, 1),
    10,
    undefined,
    undefined,
  ],
]

test.each(rows)('%s', (_what, answer, told, input, room, doubt) => {
  expect(doubtOf(answer, told, { input: () => input, room })).toEqual(doubt)
})
