import { geminiGenerate } from '../../src/protocols/gemini-generate/index.js'
import { testChatProtocol } from '../contracts/protocol.js'

testChatProtocol({
  protocol: geminiGenerate,
  cannot: {
    'cache writes': 'the API counts reads of its cache only',
    'redacted thinking': 'thoughts are readable',
    refusal: 'an answer is text',
    'error types': 'the format lists its statuses',
  },
})
