/** What numbers mean as error codes, at the vendors of several rows. */
import type { ProviderRow } from '../kernel/provider.js'

type ErrorCodes = NonNullable<ProviderRow['errorCodes']>

/** https://docs.z.ai/api-reference/api-code, https://docs.bigmodel.cn/cn/api/api-code */
export const zhipuCodes: ErrorCodes = {
  1000: 'auth',
  1001: 'auth',
  1002: 'auth',
  1003: 'auth',
  1004: 'auth',
  1110: 'auth',
  1111: 'auth',
  1112: 'auth',
  1113: 'quota',
  1121: 'auth',
  1211: 'not-found',
  1212: 'unsupported',
  1220: 'auth',
  1221: 'not-found',
  1222: 'not-found',
  1261: 'context-length',
  1300: 'content-policy',
  1301: 'content-policy',
  1302: 'rate-limit',
  1303: 'rate-limit',
  1304: 'quota',
  1308: 'quota',
  1309: 'quota',
  1310: 'quota',
}

/** https://platform.minimax.io/docs/api-reference/errorcode */
export const minimaxCodes: ErrorCodes = {
  1002: 'rate-limit',
  1004: 'auth',
  1008: 'quota',
  1026: 'content-policy',
  1027: 'content-policy',
  1039: 'rate-limit',
  1041: 'rate-limit',
  2045: 'rate-limit',
  2049: 'auth',
  2056: 'quota',
}
