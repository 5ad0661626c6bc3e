/** ElevenLabs: speech, transcripts, music, voices and agents. */
import type { FakeFormat, Json } from './shape.js'

const SOUND = [Buffer.from([0xff, 0xfb, 1]), Buffer.from([2, 3])]
const WITH_TIMES = { audio_base64: '//sB', alignment: null, normalized_alignment: null }
const VOICE = { audio_base_64: '//sB', generated_voice_id: 'voice_2', media_type: 'audio/mpeg', duration_secs: 1.5 }

function answer(path: string): Json | Buffer {
  if (path.endsWith('/with-timestamps')) return WITH_TIMES
  if (path.endsWith('/speech-to-text'))
    return {
      language_code: 'eng',
      language_probability: 0.9,
      text: 'Hello.',
      words: [],
      transcription_id: 'tr_1',
      audio_duration_secs: 12.5,
    }
  if (path.includes('/text-to-voice/')) return { previews: [VOICE], text: 'Hello.' }
  if (path.endsWith('/dubbing')) return { dubbing_id: 'dub_1', expected_duration_sec: 12 }
  if (path.endsWith('/forced-alignment')) return { characters: [], words: [], loss: 0.1 }
  if (path.endsWith('/music/plan')) return { positive_global_styles: [], negative_global_styles: [], sections: [] }
  if (path.endsWith('/simulate-conversation'))
    return { simulated_conversation: [], analysis: { call_successful: 'success', transcript_summary: 'short' } }
  return Buffer.concat(SOUND)
}

export const elevenlabs: FakeFormat = {
  path: /\/elevenlabs\/v1\//,
  streams: (path) => path.includes('/stream') && !path.includes('/simulate-conversation/'),
  whole: answer,
  events: (path) => {
    // Its events are texts, by what the SDK reads.
    if (path.endsWith('/detailed/stream')) return [`${JSON.stringify('audio')}\n`]
    return path.endsWith('/with-timestamps')
      ? [`${JSON.stringify(WITH_TIMES)}\n`, `${JSON.stringify(WITH_TIMES)}\n`]
      : SOUND
  },
  error: (status, { message }) => ({ detail: { status: `status_${status}`, message } }),
}
