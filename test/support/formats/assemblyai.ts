/** AssemblyAI: transcripts that are made in the background, and its gateway to models. */
import type { FakeFormat, Json } from './shape.js'

/** By their address: how often each was asked for. */
const asked = new Map<string, number>()

function transcript(id: string): Json {
  const times = (asked.get(id) ?? 0) + 1
  asked.set(id, times)
  if (id.startsWith('bad')) return { id, status: 'error', error: 'the file is no sound', audio_duration: null }
  return times < 2
    ? { id, status: 'processing', text: null, audio_duration: null }
    : { id, status: 'completed', text: 'Hello.', audio_duration: 12, speech_model_used: 'universal-2' }
}

let made = 0

export const assemblyai: FakeFormat = {
  path: /\/assemblyai\/(?:v2|v1|transcribe)/,
  streams: () => false,
  whole(path, body) {
    if (path.endsWith('/upload')) return { upload_url: 'https://example.com/upload' }
    if (path.endsWith('/chat/completions'))
      return {
        request_id: 'req_1',
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello.' } }],
        usage: { input_tokens: 11, output_tokens: 7, total_tokens: 18 },
      }
    if (path.endsWith('/understanding')) return { request_id: 'req_2', speech_understanding: {} }
    if (path.includes('/v2/transcript/')) return transcript(path.slice(path.lastIndexOf('/') + 1))
    if (path.endsWith('/v2/transcript')) {
      const kind = String(body['audio_url']).includes('broken') ? 'bad' : 'tr'
      return { id: `${kind}_${made++}`, status: 'queued', text: null, audio_duration: null }
    }
    return { text: 'Hello.', words: [], confidence: 0.9, audio_duration_ms: 12_000, session_id: 'sync_1' }
  },
  events: () => [],
  error: (_status, { message }) => ({ error: message }),
}
