/** What Deepgram's requests, answers and messages say (https://developers.deepgram.com/reference/deepgram-api-overview). */
import { asNumber, isObject, path, type PassthroughUsage } from '../../src/autolog/contract.js'
import { charactersOf, media, pieces, type MediaFacts } from '../shared/media.js'

/** Of one model it has the name; of several there is none to tell. */
function modelIn(metadata: unknown): unknown {
  const info = path(metadata, 'model_info')
  const models: unknown[] = isObject(info) ? Object.values(info) : []
  return models.length === 1 ? path(models[0], 'name') : undefined
}

function heard(metadata: unknown): MediaFacts {
  return {
    id: path(metadata, 'request_id'),
    model: modelIn(metadata),
    usage: pieces('input_seconds', path(metadata, 'duration')),
  }
}

export const transcript = media({
  gives: 'text',
  // Of a request that is answered at an address of the program's, there is only its id.
  told: (answer) => (isObject(answer['metadata']) ? heard(answer['metadata']) : { id: answer['request_id'] }),
})

/** Its models count tokens, each of them its own. */
export const reading = media({
  gives: 'json',
  told: ({ metadata }) => ({ id: path(metadata, 'request_id'), usage: tokensIn(metadata) }),
})

function tokensIn(metadata: unknown): PassthroughUsage | undefined {
  let [input, output] = [0, 0]
  for (const name of ['summary_info', 'sentiment_info', 'topics_info', 'intents_info']) {
    input += asNumber(path(metadata, name, 'input_tokens')) ?? 0
    output += asNumber(path(metadata, name, 'output_tokens')) ?? 0
  }
  return input + output === 0
    ? undefined
    : { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
}

export const speech = media({ gives: 'speech', asked: ({ text }) => charactersOf(text) })

/** The last message counts what was heard. */
export const liveTranscript = media({
  gives: 'text',
  told: (message) =>
    message['type'] === 'Metadata'
      ? heard(message)
      : { id: message['request_id'] ?? path(message, 'metadata', 'request_id') },
})

/** Version 2 counts characters, at the end. */
export const liveSpeech = media({
  gives: 'speech',
  told: (message) => ({
    id: message['request_id'],
    model: message['model_name'],
    usage: pieces('input_characters', message['total_billable_character_count']),
  }),
})

/** A conversation: what it hears, thinks and says is not counted. */
export const liveAgent = media({ gives: 'speech', told: (message) => ({ id: message['request_id'] }) })
