/** Agents of Bedrock: streams as AWS event-stream messages, searches, rerank and memories. */
import { encodeFrame, FRAMING_MEDIA_TYPES } from '../../../src/kernel/frames.js'
import type { FakeFormat, Json } from './shape.js'

const WORDS = ['Hello', ' there', ', friend.']
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const FOUND = [
  { content: { type: 'TEXT', text: 'Tea is hot.' }, score: 0.75, documentId: 'd1', metadata: { page: 2 } },
  { content: { type: 'TEXT', text: 'Ice is cold.' }, score: 0.5, documentId: 'd2' },
]
const STEP = {
  sessionId: 's1',
  invocationId: 'i1',
  invocationStepId: 'st1',
  invocationStepTime: '2026-01-01T00:00:00Z',
}

const trace = (kind: string, usage: Json): [string, Json] => [
  'trace',
  { sessionId: 's1', trace: { [kind]: { modelInvocationOutput: { traceId: 't', metadata: { usage } } } } },
]

const asks = (foundationModel: string): [string, Json] => [
  'trace',
  { sessionId: 's1', trace: { orchestrationTrace: { modelInvocationInput: { traceId: 't', foundationModel } } } },
]

function agentEvents(body: Json): [string, Json][] {
  const traces =
    body['enableTrace'] === true
      ? [
          asks('anthropic.claude-sonnet-4-6'),
          trace('preProcessingTrace', { inputTokens: 4, outputTokens: 2 }),
          trace('orchestrationTrace', { inputTokens: 7, outputTokens: 5 }),
        ]
      : []
  if (String(body['inputText']).includes('add')) {
    const input = { actionGroup: 'math', function: 'add', parameters: [{ name: 'a', type: 'number', value: '2' }] }
    return [
      ...traces,
      ['returnControl', { invocationId: 'inv1', invocationInputs: [{ functionInvocationInput: input }] }],
    ]
  }
  return [...traces, ...WORDS.map((word): [string, Json] => ['chunk', { bytes: base64(word) }])]
}

function eventsAt(path: string, body: Json): [string, Json][] {
  if (path.includes('/flows/'))
    return [
      ['flowOutputEvent', { nodeName: 'out', nodeType: 'FlowOutputNode', content: { document: WORDS.join('') } }],
      ['flowCompletionEvent', { completionReason: 'SUCCESS' }],
    ]
  if (path.endsWith('/retrieveAndGenerateStream')) return WORDS.map((text) => ['output', { text }])
  return agentEvents(body)
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  401: 'UnrecognizedClientException',
  500: 'InternalServerException',
}

export const bedrockAgents: FakeFormat = {
  path: /\/(?:bedrock-agents)\/(?:agents|flows|knowledgebases|retrieveAndGenerate(?:Stream)?|rerank|sessions|generateQuery)\b/,
  streamType: FRAMING_MEDIA_TYPES['aws-eventstream'],
  streams: (path) => /\/text$|\/agents\/[^/]+$|\/flows\/|Stream$/.test(path),
  whole(path) {
    if (path.endsWith('/retrieve')) return { retrievalResults: FOUND }
    if (path.endsWith('/rerank'))
      return {
        results: [
          { index: 1, relevanceScore: 0.75 },
          { index: 0, relevanceScore: 0.5 },
        ],
      }
    if (path.endsWith('/retrieveAndGenerate'))
      return { sessionId: 's1', output: { text: WORDS.join('') }, citations: [] }
    if (path.endsWith('/generateQuery')) return { queries: [{ type: 'REDSHIFT_SQL', sql: 'SELECT 1' }] }
    if (path.endsWith('/memories'))
      return { memoryContents: [{ sessionSummary: { memoryId: 'u1', sessionId: 's1', summaryText: 'likes tea' } }] }
    if (path.includes('/invocationSteps')) {
      const payload = { contentBlocks: [{ text: 'likes tea' }] }
      return { invocationStepId: 'st1', invocationStep: { ...STEP, payload } }
    }
    return { sessionId: 's1', sessionArn: 'arn:s1', sessionStatus: 'ACTIVE', createdAt: '2026-01-01T00:00:00Z' }
  },
  events: (path, body) => eventsAt(path, body).map(([event, data]) => encodeFrame({ event, data }, 'aws-eventstream')),
  error: (status, error) => ({ __type: TYPES[status], message: error['message'] }),
}
