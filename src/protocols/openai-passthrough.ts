/** OpenAI's formats beside chat and embeddings: passed on as they are, so they are data and no codecs. */
import type { PassthroughFormat } from '../kernel/protocol.js'
import { decodeError } from './openai-chat/error.js'

/** https://platform.openai.com/docs/api-reference/moderations/create */
export const openaiModerations: PassthroughFormat = {
  id: 'openai-moderations',
  kind: 'passthrough',
  operation: 'moderation',
  path: '/moderations',
  request: 'json',
  response: 'json',
  decodeError,
}

/** https://platform.openai.com/docs/api-reference/images/create */
export const openaiImages: PassthroughFormat = {
  id: 'openai-images',
  kind: 'passthrough',
  operation: 'generate_content',
  outputType: 'image',
  path: '/images/generations',
  request: 'json',
  response: 'json',
  lastEvent: 'image_generation.completed',
  decodeError,
}

/** https://platform.openai.com/docs/api-reference/images/createEdit */
export const openaiImageEdits: PassthroughFormat = {
  id: 'openai-image-edits',
  kind: 'passthrough',
  operation: 'generate_content',
  outputType: 'image',
  path: '/images/edits',
  request: 'multipart',
  response: 'json',
  lastEvent: 'image_edit.completed',
  decodeError,
}

/** https://platform.openai.com/docs/api-reference/images/createVariation */
export const openaiImageVariations: PassthroughFormat = {
  id: 'openai-image-variations',
  kind: 'passthrough',
  operation: 'generate_content',
  outputType: 'image',
  path: '/images/variations',
  request: 'multipart',
  response: 'json',
  decodeError,
}

/** https://platform.openai.com/docs/api-reference/audio/createSpeech */
export const openaiSpeech: PassthroughFormat = {
  id: 'openai-speech',
  kind: 'passthrough',
  operation: 'generate_content',
  outputType: 'speech',
  path: '/audio/speech',
  request: 'json',
  response: 'bytes',
  decodeError,
}

/** https://platform.openai.com/docs/api-reference/audio/createTranscription */
export const openaiTranscriptions: PassthroughFormat = {
  id: 'openai-transcriptions',
  kind: 'passthrough',
  operation: 'generate_content',
  outputType: 'text',
  path: '/audio/transcriptions',
  request: 'multipart',
  response: 'json',
  textFormats: ['text', 'srt', 'vtt'],
  lastEvent: 'transcript.text.done',
  decodeError,
}

/** https://platform.openai.com/docs/api-reference/audio/createTranslation */
export const openaiTranslations: PassthroughFormat = {
  id: 'openai-translations',
  kind: 'passthrough',
  operation: 'generate_content',
  outputType: 'text',
  path: '/audio/translations',
  request: 'multipart',
  response: 'json',
  textFormats: ['text', 'srt', 'vtt'],
  decodeError,
}
