/** Ways in which a provider may show a secret. */
const percent = (text: string): string => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('')
const escaped = (text: string): string =>
  [...text].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')

const wide = (text: string): string => text.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0))

/** How a provider may show a secret: what it writes, and what of it gives it away. */
export const SPELLINGS: Readonly<Record<string, (secret: string) => readonly [written: string, telling: string]>> = {
  whole: (s) => [s, s],
  'in upper case': (s) => [s.toUpperCase(), s.toUpperCase()],
  'in lower case': (s) => [s.toLowerCase(), s.toLowerCase()],
  'as in a URL': (s) => [encodeURIComponent(`${s}&`), encodeURIComponent(s)],
  'each byte escaped': (s) => [percent(s), percent(s)],
  'escaped twice': (s) => [encodeURIComponent(percent(s)), encodeURIComponent(percent(s))],
  'as in JSON': (s) => [escaped(s), escaped(s)],
  'in base64': (s) => [Buffer.from(s).toString('base64'), Buffer.from(s).toString('base64').replace(/=+$/, '')],
  'in base64 with a user': (s) => [
    Buffer.from(`me:${s}`).toString('base64'),
    Buffer.from(`me:${s}`).toString('base64').slice(4, -4),
  ],
  'in hexadecimal': (s) => [Buffer.from(s).toString('hex'), Buffer.from(s).toString('hex')],
  'its beginning': (s) => [`${s.slice(0, 10)} and more`, s.slice(0, 10)],
  'its end': (s) => [`key ${s.slice(-10)}`, s.slice(-10)],
  'its middle': (s) => [s.slice(7, 17), s.slice(7, 17)],
  'its ends around stars': (s) => [`${s.slice(0, 4)}${'*'.repeat(16)}${s.slice(-4)}`, s.slice(-4)],
  'its ends around dots': (s) => [`${s.slice(0, 5)}...${s.slice(-4)}`, s.slice(-4)],
  'its beginning and an ellipsis': (s) => [`"${s.slice(0, 6)}…"`, s.slice(0, 6)],
  'its end behind stars': (s) => [`****${s.slice(-4)}`, s.slice(-4)],
  'its end in words': (s) => [`the key that ends in "${s.slice(-5)}" is wrong`, s.slice(-5)],
  'over two lines': (s) => [`${s.slice(0, 7)}\n  ${s.slice(7)}`, s.slice(7)],
  'in short pieces': (s) => [(s.match(/.{1,5}/g) ?? []).join(' '), (s.match(/.{1,5}/g) ?? []).slice(1, 4).join(' ')],
  'each character by itself': (s) => [JSON.stringify([...s]), JSON.stringify([...s]).slice(8, 40)],
  'with what nobody sees between': (s) => [[...s].join('\u200b'), [...s].slice(2, 14).join('\u200b')],
  'as wide as Chinese letters': (s) => [wide(s), wide(s).slice(2, 14)],
}
