/** Conversations as callers and other providers leave them: what an API must take, or be spared, one demand a part. */
import type { AssistantMessage, ChatRequest, ContentPart, Message, Tool } from '../../src/kernel/hub.js'
import type { ChatProtocol } from '../../src/kernel/protocol.js'

const PNG = 'data:image/png;base64,iVBORw0KGgo='
const PDF = 'data:application/pdf;base64,JVBERi0xLjQK'
const MARKDOWN = 'data:text/markdown;base64,IyBoaQ=='

export const image: ContentPart = { type: 'image_url', image_url: { url: PNG } }
export const pdf = (filename?: string): ContentPart => ({
  type: 'file',
  file: { file_data: PDF, ...(filename !== undefined && { filename }) },
})
const markdown: ContentPart = {
  type: 'file',
  file: { file_data: MARKDOWN, filename: 'a.md' },
  cache_control: { type: 'ephemeral' },
}
const says = (text: string): ContentPart => ({ type: 'text', text })

const user = (content: string | ContentPart[]): Message => ({ role: 'user', content })
const system = (content: string): Message => ({ role: 'system', content })
const result = (id: string, content: string | ContentPart[]): Message => ({ role: 'tool', tool_call_id: id, content })

export function calls(content: string | null, ...ids: (string | [id: string, name: string])[]): AssistantMessage {
  return {
    role: 'assistant',
    content,
    tool_calls: ids.map((one) => {
      const [id, name] = typeof one === 'string' ? [one, 'lookup'] : one
      return { id, type: 'function', function: { name, arguments: '{"city":"Paris"}' } }
    }),
  }
}

export function tool(name: string): Tool {
  return {
    type: 'function',
    function: { name, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
  }
}

/** By name: the messages, and the names of the tools beside them. */
export const HISTORIES: Readonly<Record<string, { messages: Message[]; tools?: string[] }>> = {
  'parallel calls': {
    messages: [system('s'), user('x'), calls('look', 'call_1', 'call_2'), result('call_1', 'a'), result('call_2', 'b')],
  },
  'results out of order': {
    messages: [user('x'), calls(null, 'call_1', 'call_2'), result('call_2', 'b'), result('call_1', 'a'), user('so?')],
  },
  'a user between call and result': {
    messages: [user('x'), calls(null, 'call_1', 'call_2'), result('call_1', 'a'), user('hm'), result('call_2', 'b')],
  },
  'an instruction between call and result': {
    messages: [user('x'), calls(null, 'call_1'), system('be brief'), result('call_1', 'a'), user('so?')],
  },
  'two answers that call, results behind both': {
    messages: [user('x'), calls(null, 'call_1'), calls(null, 'call_2'), result('call_1', 'a'), result('call_2', 'b')],
  },
  'a missing result': { messages: [user('x'), calls(null, 'call_1', 'call_2'), result('call_2', 'b'), user('so?')] },
  'no result at all': { messages: [user('x'), calls('look', 'call_1')] },
  'a result without a call': {
    messages: [user('x'), result('call_0', 'lost'), { role: 'assistant', content: 'ok' }, user('y')],
  },
  'a history that was cut to begin with a result': { messages: [result('call_0', [says('lost'), image]), user('y')] },
  'ids that are used again in each answer': {
    messages: [user('x'), calls(null, 'call_0'), result('call_0', 'a'), calls(null, 'call_0'), result('call_0', 'b')],
  },
  'two calls of one id': {
    messages: [user('x'), calls(null, 'call_0', 'call_0'), result('call_0', 'a'), result('call_0', 'b')],
  },
  'odd ids': {
    messages: [
      user('x'),
      calls(null, 'functions.lookup:0', 'toolu_01A09q90qw90lq917835lq9', 'x'.repeat(90), 'zwölf|日本', ''),
      ...['functions.lookup:0', 'toolu_01A09q90qw90lq917835lq9', 'x'.repeat(90), 'zwölf|日本', ''].map((id) =>
        result(id, 'r'),
      ),
      user('so?'),
    ],
  },
  'odd names of tools': {
    messages: [
      user('x'),
      calls(
        null,
        ['call_1', 'server.tool/find'],
        ['call_2', 'suche ü'],
        ['call_3', 'n'.repeat(200)],
        ['call_4', '1st'],
      ),
      ...['call_1', 'call_2', 'call_3', 'call_4'].map((id) => result(id, 'r')),
    ],
    tools: ['server.tool/find', 'server_tool_find', 'suche ü', 'n'.repeat(200)],
  },
  'odd names of messages': { messages: [{ role: 'user', content: 'x', name: 'Ann <Lee> | ops' }] },
  'images and files in results': {
    messages: [
      user('x'),
      calls(null, 'call_1', 'call_2'),
      result('call_1', [says('see'), image]),
      result('call_2', [pdf('report.pdf')]),
      user('so?'),
    ],
  },
  'images in the last results': { messages: [user('x'), calls(null, 'call_1'), result('call_1', [image, image])] },
  'images and files': { messages: [user([says('x'), image, pdf('résumé (v2).pdf'), pdf('日本語.pdf'), pdf()])] },
  'a file alone': { messages: [user([pdf('a.pdf')]), { role: 'assistant', content: 'ok' }, user([pdf('a.pdf')])] },
  'what few formats have a word for, alone': {
    messages: [
      user([{ type: 'input_audio', input_audio: { data: 'QVVESU8=', format: 'wav' } }]),
      { role: 'assistant', content: 'ok' },
      user([{ type: 'raw', protocol: 'voyage-rerank', value: { odd: true } }]),
    ],
  },
  'a long name of a file': {
    messages: [user([says('x'), pdf(`${'x'.repeat(300)}.pdf`), pdf(`${'x'.repeat(300)}.pdf`)])],
  },
  'marks for the cache': {
    messages: [
      { role: 'system', content: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }] },
      user([says('x'), markdown]),
      { role: 'assistant', content: 'ok', cache_control: { type: 'ephemeral' } },
      user([markdown]),
      { role: 'assistant', content: 'ok' },
      user([{ type: 'text', text: 'y', cache_control: { type: 'ephemeral' } }]),
    ],
  },
  'blank texts': {
    messages: [
      system(' '),
      user([says('a'), says('  '), says('')]),
      { role: 'assistant', content: ' \n' },
      user('b'),
      { ...calls('\n\n', 'call_1') },
      result('call_1', ' '),
      calls('', 'call_2'),
      result('call_2', [says('')]),
      user('c'),
    ],
  },
  'a list of no calls, an answer without a character': {
    messages: [
      user('x'),
      { role: 'assistant', content: 'a', tool_calls: [] },
      user('y'),
      { role: 'assistant', content: '', tool_calls: [] },
      user('z'),
    ],
  },
  'blank users': {
    messages: [
      user('a'),
      { role: 'assistant', content: 'b' },
      user(''),
      { role: 'assistant', content: null },
      user('c'),
    ],
  },
  'only an instruction': { messages: [system('Tell a joke.')] },
  'only instructions': { messages: [system('You are brief.'), { role: 'developer', content: 'Tell a joke.' }] },
  'an answer first': { messages: [system('s'), { role: 'assistant', content: 'Hello!' }, user('x')] },
  'a call first': { messages: [calls(null, 'call_1'), result('call_1', 'a'), user('x')] },
  'answers in a row': {
    messages: [user('x'), { role: 'assistant', content: 'a' }, calls('b', 'call_1'), result('call_1', 'r')],
  },
  'users in a row': { messages: [user('x'), user('y'), { role: 'assistant', content: 'a' }, user('z')] },
  'instructions in the middle and last': {
    messages: [user('x'), { role: 'assistant', content: 'a' }, system('be brief'), user('y'), system('be kind')],
  },
  'thinking of others': {
    messages: [
      user('x'),
      { ...calls('hm', 'call_1'), reasoning_content: 'I think' },
      result('call_1', 'r'),
      {
        role: 'assistant',
        content: 'done',
        thinking_blocks: [{ type: 'thinking', thinking: 'so' }],
        reasoning_content: 'so',
      },
      user('y'),
    ],
  },
  'an answer of thinking alone': {
    messages: [user('x'), { role: 'assistant', content: null, reasoning_content: 'I think' }, user('y')],
  },
  'the old form of calls': {
    messages: [
      user('x'),
      { role: 'assistant', content: null, function_call: { name: 'lookup', arguments: '{}' } },
      { role: 'function', name: 'lookup', content: 'r' },
      user('y'),
    ],
  },
}

export function requestOf({ messages, tools = ['lookup'] }: { messages: Message[]; tools?: string[] }): ChatRequest {
  return { model: 'm', messages, tools: tools.map(tool), max_tokens: 64 }
}

/** A turn as a format's own clients keep it: read from the format's answer, with its proofs and its raw forms. */
export function answerOf(codec: ChatProtocol): AssistantMessage | undefined {
  const wire = codec.encodeResponse({
    id: 'a-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [
      {
        index: 0,
        finish_reason: 'tool_calls',
        logprobs: null,
        message: {
          role: 'assistant',
          content: 'let me look',
          tool_calls: calls(null, 'call_a1', 'call_b2').tool_calls ?? [],
          refusal: null,
          reasoning_content: 'I think',
          thinking_blocks: [{ type: 'thinking', thinking: 'I think', signature: 'c2lnbmF0dXJl' }],
        },
      },
    ],
  })
  const [choice] = codec.decodeResponse(JSON.parse(JSON.stringify(wire))).choices
  return choice?.message.tool_calls ? choice.message : undefined
}

/** A conversation of which another provider made the answers. */
export function madeBy(answer: AssistantMessage): Message[] {
  const turn = [answer, ...(answer.tool_calls ?? []).map(({ id }) => result(id, `r of ${id}`))]
  return [
    system('s'),
    user([says('x'), image]),
    ...turn,
    ...turn,
    { role: 'assistant', content: 'done' },
    user('go on'),
    ...turn,
  ]
}
