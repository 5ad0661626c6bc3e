/** `moderations`, `images` and `audio`: passed on in OpenAI's own shape. */
import type { PassthroughId } from '../../kernel/protocol.js'
import { perform } from '../call/perform.js'
import type { ClientContext } from '../context.js'
import type { Client } from '../types/client.js'
import type { CallOptions } from '../types/options.js'
import type { Images, Moderations, Speech, Transcriptions, Translations } from '../types/passthrough.js'
import { passthroughBytes, passthroughJson } from './passthrough-operation.js'

/** Answers are the provider's own, so the caller names their type. */
export function createPassthrough(client: ClientContext): Pick<Client, 'moderations' | 'images' | 'audio'> {
  const json = (id: PassthroughId) => {
    const operation = passthroughJson(id)
    return (body: object, options?: CallOptions) => perform(client, operation, body, options)
  }
  const speech = passthroughBytes('openai-speech')
  return {
    moderations: { create: json('openai-moderations') as Moderations['create'] },
    images: {
      generate: json('openai-images') as Images['generate'],
      edit: json('openai-image-edits') as Images['edit'],
      createVariation: json('openai-image-variations') as Images['createVariation'],
    },
    audio: {
      speech: { create: (body, options) => perform(client, speech, body, options) as ReturnType<Speech['create']> },
      transcriptions: { create: json('openai-transcriptions') as Transcriptions['create'] },
      translations: { create: json('openai-translations') as Translations['create'] },
    },
  }
}
