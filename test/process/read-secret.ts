/** `read-secret PORT NAME`: reads a secret from a fake Secret Manager on this machine, and writes it. */
import { credentials } from '@grpc/grpc-js';
import { createSecretManagerSecret } from '../../shared/secrets/secret-manager-secret.ts';

const [port = '', name = ''] = process.argv.slice(2);
const secret = createSecretManagerSecret({
  name,
  clientOptions: {
    apiEndpoint: '127.0.0.1',
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    projectId: 'relay',
  },
  onRefreshFailure: (error) => {
    throw error;
  },
});
process.stdout.write(JSON.stringify(await secret.current()));
process.exit(0);
