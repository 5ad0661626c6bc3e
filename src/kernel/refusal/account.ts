/** Faults of the account or the key, with any status. */
import type { ErrorFact } from './fact.js'

/** An account without credit, or at a limit that waiting does not lift. Providers send a 400, 403, 404 or 429. */
export const SPENT: RegExp = new RegExp(
  [
    // Anthropic, xAI, OpenAI.
    /credit balance is too low|reached your specified api usage limits|spend(?:ing)? limit/i,
    /(?:used|run out of|exhausted|depleted) (?:all|available|your)\b.{0,40}credits|no credits remaining|out of credits?\b/i,
    // OpenRouter, DeepSeek, Moonshot, Zhipu 1113, newapi, Alibaba's "good standing".
    /insufficient (?:account |user |api )?(?:balance|credits?|quota|funds)|(?:balance|credits?|quota) (?:is|are) (?:insufficient|not enough|used up|exhausted|too low)/i,
    /exceeded (?:your|the) (?:monthly|daily|weekly|included|plan)\b[^.]{0,30}(?:credits?|limit|quota|allowance)|balance is negative|requires more credits|not enough (?:balance|credits?|quota)|(?:free )?quota (?:has been |is )?exhausted/i,
    /account (?:is )?(?:in arrears|overdue|in good standing)|in arrears|good standing|please (?:recharge|top up)|top[- ]up/i,
    /billing (?:hard limit|is not active|details are|account (?:is )?(?:disabled|not))|enable billing|billing to be enabled|payment (?:is )?required|unpaid/i,
    /(?:weekly|monthly|daily|session|5-hour) usage (?:limit|quota)|usage limit (?:reached|exceeded)|subscription (?:is )?(?:required|expired)|requires a (?:paid )?subscription/i,
    // Budgets of gateways: LiteLLM, OpenRouter ("Key limit exceeded"), TrueFoundry. watsonx.
    /\b(?:budget|key)(?: limit)? (?:has been |was |is )?(?:exceeded|exhausted|reached)|(?:exceeded|reached|over)(?: \w+){0,3} budget\b|consumption for the current month/i,
    // Azure, xAI, Alibaba, Vercel, DeepInfra.
    /out of (?:\w+ ){0,3}quota|(?:have|has) (?:any|no|enough) credits|not have (?:any|enough) credits|n't have (?:any|enough) credits|free tier\b[^.]{0,30}exhausted|valid credit card|(?:add|enter|update|missing)(?: \w+){0,3} payment method/i,
    /余额不足|额度不足|欠费|账户余额|用量上限|使用量上限|充值|额度失败/i,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
)

/** A wrong key with a 400 (Google, xAI, AWS), and a closed account. */
const WRONG_KEY = new RegExp(
  [
    /(?:incorrect|invalid|wrong|missing|expired|revoked|malformed|unknown|no)(?: \w+){0,2} (?:api[ _-]?key|x-api-key|access token|auth(?:entication|orization)? token|bearer token|credentials?)\b/i,
    /api[ _-]?key (?:is |was |has )?(?:not (?:valid|found|provided|set)|invalid|incorrect|expired|missing|disabled|revoked|suspended|reported as leaked)/i,
    /security token included in the request is|signature we calculated does not match|could not resolve authentication|not authenticated/i,
    /authentication (?:failed|fails|error|required|is required)|unauthorized/i,
    /(?:account|organization|organisation|project|user|consumer)(?: \S+)? (?:has been|is|was) (?:disabled|deactivated|suspended|restricted|locked|banned|inactive)/i,
    /account is not authorized/i,
    // Bedrock, for an account that may not use a model at all.
    /\boperation not allowed\b/i,
    /(?:无效|错误|过期)的? ?(?:api ?key|令牌|密钥)|令牌(?:无效|已过期|验证)|身份验证失败/i,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
)

/** Google with a 400, OpenAI and Anthropic with a 403. */
const WRONG_PLACE =
  /(?:location|country|region|territory|countries|regions)\b[^.]{0,40} (?:is|are) not (?:supported|available|allowed)|not (?:supported|available) in your (?:country|region|location)/i

export const account: readonly ErrorFact[] = [
  { is: 'quota', from: ['bad-request', 'auth', 'server', 'not-found'], words: SPENT },
  { is: 'auth', from: ['bad-request', 'server', 'not-found'], words: WRONG_KEY },
  { is: 'auth', from: ['bad-request', 'not-found'], words: WRONG_PLACE },
]
