import spec from './google-generative-ai.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'google-generative-ai.case.ts')
