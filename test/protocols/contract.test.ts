import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { exportNames } from '../../src/kernel/catalogue.js'
import { PASSTHROUGH_IDS, PROTOCOL_IDS } from '../../src/kernel/protocol.js'
import * as codecs from '../../src/protocols/codecs.js'
import { passthroughs, protocols } from '../../src/protocols/index.js'
import { openaiChat } from '../../src/protocols/openai-chat/index.js'
import { openaiCompletions } from '../../src/protocols/openai-completions.js'
import { testChatProtocol, type ProtocolCase } from '../contracts/protocol.js'

const cases: ProtocolCase[] = [
  { protocol: openaiChat },
  {
    protocol: openaiCompletions,
    cannot: {
      conversation: 'a prompt has no roles',
      images: 'a prompt is text',
      tools: 'a prompt is text',
      refusal: 'an answer is text',
      thinking: 'an answer is text',
      'redacted thinking': 'an answer is text',
    },
  },
]

for (const one of cases) testChatProtocol(one)

test('every chat protocol of the registry is held to the contract, here or in a file of its own', () => {
  const chats = Object.values(protocols).filter(({ kind }) => kind === 'chat')
  const here = new Set(cases.map(({ protocol: { id } }) => id))
  const elsewhere = ({ id }: { id: string }): boolean => existsSync(new URL(`${id}.contract.test.ts`, import.meta.url))
  expect(chats.filter((chat) => !here.has(chat.id) && !elsewhere(chat)).map(({ id }) => id)).toEqual([])
})

test('the registry has a codec for each id, under the name that messages say', () => {
  expect(Object.keys(protocols).toSorted()).toEqual(PROTOCOL_IDS.toSorted())
  expect(Object.keys(passthroughs).toSorted()).toEqual(PASSTHROUGH_IDS.toSorted())
  for (const [name, codec] of Object.entries(codecs)) expect(name).toBe(exportNames([codec.id]))
})
