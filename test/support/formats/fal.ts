/** fal: answers at once, a queue, and streams. */
import { sse, type FakeFormat, type Json } from './shape.js'

const IMAGES = { images: [{ url: 'https://example.com/1.png' }, { url: 'https://example.com/2.png' }], seed: 1 }
const asked = new Map<string, number>()
let made = 0

function whole(path: string): Json {
  const [, id = '', what = ''] = /\/requests\/([^/]+)(\/\w+)?$/.exec(path) ?? []
  if (what === '/status') {
    const times = (asked.get(id) ?? 0) + 1
    asked.set(id, times)
    return { status: times < 2 ? 'IN_PROGRESS' : 'COMPLETED', request_id: id }
  }
  if (id === '' && path.includes('/fal/queue')) return { status: 'IN_QUEUE', request_id: `fal_${made++}` }
  if (path.includes('video')) return { video: { url: 'https://example.com/1.mp4' } }
  return IMAGES
}

export const fal: FakeFormat = {
  path: /\/fal\//,
  streams: (path) => path.endsWith('/stream'),
  whole,
  events: () => [sse({ images: [{ url: 'data:,half' }] }), sse(IMAGES)],
  headers: (path) => {
    const [, id] = /\/requests\/([^/]+)$/.exec(path) ?? []
    return id === undefined ? {} : { 'x-fal-request-id': id }
  },
  error: (_status, { message }) => ({ message, detail: message }),
}
