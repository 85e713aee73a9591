import { GoogleAuth } from 'google-auth-library';
import type { GoogleCredentials } from '../shared/google/google-api.ts';

/** The credentials of whoever runs a command (`gcloud auth application-default login`). */
export function applicationDefaultCredentials(): GoogleCredentials {
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
  return async () => Object.fromEntries(await auth.getRequestHeaders());
}
