import { replicatePredictions } from '../../src/protocols/replicate-predictions/index.js'
import { testChatProtocol } from '../contracts/protocol.js'

testChatProtocol({
  protocol: replicatePredictions,
  cannot: {
    conversation: 'a prompt has no roles',
    tools: 'a prompt is text',
    refusal: 'an output is text',
    thinking: 'an output is text',
    'redacted thinking': 'an output is text',
    'several choices': 'a prediction has one output',
    'content filter': 'a flagged prediction fails',
    'cached tokens': 'metrics count what went in and what came out',
    'cache writes': 'metrics count what went in and what came out',
    'reasoning tokens': 'metrics count what went in and what came out',
  },
})
