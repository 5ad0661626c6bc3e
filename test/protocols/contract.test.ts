import { openaiChat } from '../../src/protocols/openai-chat/index.js'
import { openaiCompletions } from '../../src/protocols/openai-completions.js'
import { testChatProtocol } from '../contracts/protocol.js'

testChatProtocol({ protocol: openaiChat })

testChatProtocol({
  protocol: openaiCompletions,
  cannot: {
    conversation: 'a prompt has no roles',
    images: 'a prompt is text',
    tools: 'a prompt is text',
    refusal: 'an answer is text',
    thinking: 'an answer is text',
    'redacted thinking': 'an answer is text',
  },
})
