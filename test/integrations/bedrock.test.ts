import spec from './bedrock.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'bedrock.case.ts')
