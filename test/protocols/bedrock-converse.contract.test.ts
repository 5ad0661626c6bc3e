import { bedrockConverse } from '../../src/protocols/bedrock-converse/index.js'
import { testChatProtocol } from '../contracts/protocol.js'

testChatProtocol({
  protocol: bedrockConverse,
  cannot: {
    ids: 'an answer has none',
    'model names': 'an answer names no model',
    'several choices': 'an answer is one message',
    seed: 'there is no such parameter',
    refusal: 'a refusal is text',
    'images by address': 'images are bytes',
    'no tool choice': 'there is no `none`: without tools the model calls none',
    'reasoning tokens': 'usage does not count them apart',
    'error types': 'the format lists its error types',
  },
})
