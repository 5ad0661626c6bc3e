import spec from './openai-responses-ws.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'openai-responses-ws.case.ts')
