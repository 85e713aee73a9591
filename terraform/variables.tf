variable "answering_destination" {
  description = "Which destination the person creating an audience hears from, by its key in `destinations`. Default: the first in alphabetical order."
  type        = string
  default     = null

  validation {
    condition     = var.answering_destination == null ? true : contains(keys(var.destinations), var.answering_destination)
    error_message = "answering_destination must be a key of destinations."
  }
}

variable "basic_auth" {
  description = "Whether intake demands Basic Auth beside the signature. Add `user:password` to the secret PREFIX-basic-auth before, and register the URL with both."
  type        = bool
  default     = false
}

variable "bundles_dir" {
  description = "Where `npm run build` has written the bundles. Default: dist/ of this repository."
  type        = string
  default     = null
}

variable "destinations" {
  description = <<-EOT
    The third parties, each under the id of its destination (docs/destinations.md). Each has a forward
    function, its subscriptions, a sweep, an account, and a secret for its credentials.

    - `base_url`: replaces the platform's usual one; https
    - `bucket`: for the file drop: the bucket that forward may write to
    - `concurrency`: wakes, sweeps and control messages that one instance takes at once; one wake and one sweep are held open
    - `cpu`, `memory_mib`: of an instance
    - `create_lease_seconds`: how long a crashed creation keeps others from trying
    - `credentials`: whether the platform wants any; false makes no secret
    - `description`: a platform of your own, as the text of its JSON file: `file("my-platform.json")`
    - `destination`: its id, where the key is another: a dry run beside the real one
    - `dry_run`: do everything but call the third party (docs/dry-run.md)
    - `max_instances`: the platform's limits are divided by it, so more instances do not call it more often; one is faster than several (docs/decisions/0025)
    - `min_instances`: 1 spares the person creating an audience the wait for a cold start
    - `options`: what the destination wants to know beyond that, as `jsonencode({…})`; no secrets
    - `retry_window_seconds`: age at which a message becomes a dead letter
    - `timeout_seconds`: ignored, and gone in the next version
    - `unknown_audience`: `wait`, or `create`: what becomes of mutations of an audience nobody created
  EOT
  type = map(object({
    base_url             = optional(string)
    bucket               = optional(string)
    concurrency          = optional(number, 100)
    cpu                  = optional(number, 1)
    create_lease_seconds = optional(number, 30)
    credentials          = optional(bool, true)
    description          = optional(string)
    destination          = optional(string)
    dry_run              = optional(bool, false)
    max_instances        = optional(number, 1)
    memory_mib           = optional(number, 1024)
    min_instances        = optional(number, 0)
    options              = optional(string)
    retry_window_seconds = optional(number, 21600)
    timeout_seconds      = optional(number)
    unknown_audience     = optional(string, "wait")
  }))

  validation {
    condition     = length(var.destinations) > 0
    error_message = "destinations must have one at least, such as destinations = { rokt = {} }."
  }

  validation {
    condition     = alltrue([for id in keys(var.destinations) : can(regex("^[a-z][a-z0-9-]{0,28}[a-z0-9]$", id))])
    error_message = "A key of destinations is the id of a destination: 2 to 30 lower-case letters, digits and hyphens."
  }

  validation {
    condition     = length(distinct([for id, destination in var.destinations : coalesce(destination.destination, id) if !destination.dry_run])) == length([for destination in values(var.destinations) : true if !destination.dry_run])
    error_message = "Two forwards to one destination would both deliver everything to it; only one may be without dry_run."
  }

  validation {
    condition     = alltrue([for destination in values(var.destinations) : destination.base_url == null ? true : startswith(destination.base_url, "https://")])
    error_message = "base_url must begin with https://."
  }

  validation {
    condition     = alltrue([for destination in values(var.destinations) : alltrue([for text in [destination.options, destination.description] : text == null ? true : can(keys(jsondecode(text)))])])
    error_message = "options must be the text of a JSON object: options = jsonencode({ … }); description too: file(\"my-platform.json\")."
  }

  validation {
    condition     = alltrue([for destination in values(var.destinations) : destination.max_instances >= 1 && destination.min_instances >= 0 && destination.min_instances <= destination.max_instances])
    error_message = "max_instances must be 1 or more, and min_instances between 0 and max_instances."
  }

  validation {
    condition     = alltrue([for destination in values(var.destinations) : destination.memory_mib >= 512 && destination.memory_mib <= 4096 * destination.cpu && contains([1, 2, 4, 8], destination.cpu) && destination.concurrency >= 1 && destination.concurrency <= 1000])
    error_message = "memory_mib must be 512 to 4096 for each cpu, cpu 1, 2, 4 or 8, concurrency 1 to 1000: what Cloud Run has."
  }

  validation {
    condition     = alltrue([for destination in values(var.destinations) : contains(["wait", "create"], destination.unknown_audience)])
    error_message = "unknown_audience must be wait or create."
  }

  validation {
    condition     = alltrue([for destination in values(var.destinations) : destination.retry_window_seconds >= 60 && destination.retry_window_seconds <= 518400])
    error_message = "retry_window_seconds must be 60 to 518400 (six days): Pub/Sub keeps a message for seven, and it must become a dead letter before."
  }

  validation {
    condition     = alltrue([for destination in values(var.destinations) : destination.create_lease_seconds >= 20 && destination.create_lease_seconds <= 600])
    error_message = "create_lease_seconds must be 20 to 600: a call to create a segment may take ten seconds, and must end within half a lease."
  }
}

variable "enable_apis" {
  description = "Whether to enable the APIs that are needed. Where somebody else does, set it to false."
  type        = bool
  default     = true
}

variable "firestore" {
  description = "The database of the audience map. `location` can also be a multi-region such as eur3; default: `region`."
  type = object({
    delete_protection      = optional(bool, true)
    location               = optional(string)
    point_in_time_recovery = optional(bool, false)
  })
  default = {}
}

variable "intake" {
  description = <<-EOT
    The function that Mapp calls.

    - `concurrency`, `cpu`, `memory_mib`, `max_instances`: of and for its instances
    - `create_timeout_ms`: how long CREATE_AUDIENCE waits for the segment; Mapp expects an answer within 3 s
    - `max_body_bytes`: larger requests are answered 413
    - `min_instances`: 1 keeps the p99 of a quiet relay below Mapp's 1 s; 0 costs nothing while nothing comes
    - `publish_interval_ms`: ignored, and gone in the next version
    - `publish_timeout_ms`: how long a request waits for Pub/Sub before it is answered 503
    - `return_segment_id`: whether CREATE_AUDIENCE answers with the segment's id (docs/fan-out.md tells the risk with several destinations)
    - `timeout_seconds`: how long a request may take in all, a slow body included
  EOT
  type = object({
    concurrency         = optional(number, 80)
    cpu                 = optional(number, 1)
    create_timeout_ms   = optional(number, 2500)
    max_body_bytes      = optional(number, 10000000)
    max_instances       = optional(number, 10)
    memory_mib          = optional(number, 512)
    min_instances       = optional(number, 1)
    publish_interval_ms = optional(number)
    publish_timeout_ms  = optional(number, 900)
    return_segment_id   = optional(bool, false)
    timeout_seconds     = optional(number, 30)
  })
  default = {}

  validation {
    condition     = var.intake.max_instances >= 1 && var.intake.min_instances >= 0 && var.intake.min_instances <= var.intake.max_instances
    error_message = "max_instances must be 1 or more, and min_instances between 0 and max_instances."
  }

  validation {
    condition     = var.intake.memory_mib >= 512 && var.intake.memory_mib <= 4096 * var.intake.cpu && contains([1, 2, 4, 8], var.intake.cpu) && var.intake.concurrency >= 1 && var.intake.concurrency <= 1000
    error_message = "memory_mib must be 512 to 4096 for each cpu, cpu 1, 2, 4 or 8, concurrency 1 to 1000: what Cloud Run has."
  }

  validation {
    condition     = var.intake.create_timeout_ms < 3000 && var.intake.publish_timeout_ms < 1000
    error_message = "create_timeout_ms must be below 3000 and publish_timeout_ms below 1000: Mapp waits no longer."
  }

  validation {
    condition     = var.intake.max_body_bytes <= var.intake.memory_mib * 65536
    error_message = "max_body_bytes must be memory_mib × 65536 at most: a request, taken apart, needs up to ten times its bytes. Raise memory_mib."
  }
}

variable "labels" {
  description = "Labels for everything that can bear them."
  type        = map(string)
  default     = {}
}

variable "log_level" {
  description = "The least severe lines that are written. Metrics and alerts are made of lines of level info."
  type        = string
  default     = "info"

  validation {
    condition     = contains(["debug", "info"], var.log_level)
    error_message = "log_level must be debug or info: the metrics count lines of level info."
  }
}

variable "member_id" {
  description = "Which id of a user is forwarded: external_user_id, the third party's own, or uuid, Mapp's."
  type        = string
  default     = "external_user_id"

  validation {
    condition     = contains(["external_user_id", "uuid"], var.member_id)
    error_message = "member_id must be external_user_id or uuid."
  }
}

variable "monitoring" {
  description = "Alerts and what they are sent to: channels by their full names, `projects/P/notificationChannels/N`. The dashboard and the metrics are always made."
  type = object({
    alerts                        = optional(bool, true)
    create_p99_ms                 = optional(number, 3000)
    intake_p99_ms                 = optional(number, 1000)
    notification_channels         = optional(list(string), [])
    oldest_unacked_seconds        = optional(number, 900)
    runbook_url                   = optional(string, "https://github.com/audience-relay/audience-relay/blob/main/docs/runbook.md")
    server_error_ratio            = optional(number, 0.01)
    signature_failures_per_minute = optional(number, 10)
  })
  default = {}
}

variable "operators" {
  description = "Who may run `audience-relay` on this relay: `user:…`, `group:…` or `serviceAccount:…`."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.operators : can(regex("^(user|group|serviceAccount):[^@]+@[^@]+$", member))])
    error_message = "An operator is a person or an account: user:…, group:… or serviceAccount:…. Never allUsers, and no domain."
  }
}

variable "prefix" {
  description = "Begins the name of everything. One for each relay in the project."
  type        = string
  default     = "relay"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,10}[a-z0-9]$", var.prefix)) && !startswith(var.prefix, "goog")
    error_message = "prefix must be 3 to 12 lower-case letters, digits and hyphens, begin with a letter and not end with a hyphen, and not begin with goog."
  }
}

variable "project_id" {
  description = "The Google Cloud project."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id is the project's id, such as my-project-1, and neither its name nor its number."
  }
}

variable "region" {
  description = "Where everything runs and is kept, such as europe-west1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a region such as europe-west1, and no zone or multi-region."
  }
}

variable "scheduler_region" {
  description = "Where the sweep runs, if Cloud Scheduler does not offer `region`. Default: `region`."
  type        = string
  default     = null

  validation {
    condition     = var.scheduler_region == null ? true : can(regex("^[a-z]+-[a-z]+[0-9]+$", var.scheduler_region))
    error_message = "scheduler_region must be a region such as europe-west1; `gcloud scheduler locations list` names them."
  }
}

variable "shards" {
  description = "Ordering keys of one audience. One is enough up to 1 MB/s of an audience, about 150 requests/s of 100 members (docs/decisions/0011)."
  type        = number
  default     = 1

  validation {
    condition     = var.shards >= 1 && var.shards <= 1000 && floor(var.shards) == var.shards
    error_message = "shards must be a whole number, 1 to 1000."
  }
}

variable "user_sync" {
  description = <<-EOT
    The function for user syncing, for platforms that have none: `user_sync = {}` (docs/user-sync.md). Default: none.

    - `allowed_hosts`: where browsers may be sent
    - `concurrency`, `max_instances`, `memory_mib`, `min_instances`, `timeout_seconds`: of and for its instances
    - `cookie_days`: how long our cookie is kept after the last visit
    - `cookie_partitioned`: one id for each site the browser is on
    - `platform_cookie`: the name of the cookie that holds the platform's own id; nobody gets one of ours then
    - `require_consent`: without consent, set no cookie and send no id
    - `signature_name`, `signed_parameters`: the parameter that carries the signature, and those that are signed
    - `signed`: whether a sync URL must be signed. Add the key to the secret PREFIX-sync before
    - `tcf_vendor_id`: the platform's id in the Global Vendor List, which must be consented to as well
  EOT
  type = object({
    allowed_hosts      = optional(list(string), ["go.flx1.com"])
    concurrency        = optional(number, 80)
    cookie_days        = optional(number, 390)
    cookie_partitioned = optional(bool, false)
    max_instances      = optional(number, 10)
    memory_mib         = optional(number, 256)
    min_instances      = optional(number, 0)
    platform_cookie    = optional(string)
    require_consent    = optional(bool, false)
    signature_name     = optional(string, "signature")
    signed             = optional(bool, false)
    signed_parameters  = optional(list(string), ["out"])
    tcf_vendor_id      = optional(number)
    timeout_seconds    = optional(number, 30)
  })
  default = null

  validation {
    condition     = var.user_sync == null ? true : length(var.user_sync.allowed_hosts) > 0 && alltrue([for host in var.user_sync.allowed_hosts : can(regex("^([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?[.])+[a-zA-Z][a-zA-Z0-9-]*[a-zA-Z0-9]$", host))])
    error_message = "allowed_hosts must be host names such as go.flx1.com, without scheme, port or path, and no addresses."
  }

  validation {
    condition     = var.user_sync == null ? true : var.user_sync.cookie_days >= 1 && var.user_sync.cookie_days <= 400 && floor(var.user_sync.cookie_days) == var.user_sync.cookie_days
    error_message = "cookie_days must be a whole number, 1 to 400: browsers keep no cookie for longer."
  }

  validation {
    condition     = var.user_sync == null ? true : var.user_sync.platform_cookie == null ? true : can(regex("^[^\\s=;,\"]+$", var.user_sync.platform_cookie))
    error_message = "platform_cookie must be the name of a cookie, without its value; leave it out for a cookie of ours."
  }

  validation {
    condition     = var.user_sync == null ? true : contains(var.user_sync.signed_parameters, "out") && !contains(var.user_sync.signed_parameters, var.user_sync.signature_name) && alltrue([for name in concat(var.user_sync.signed_parameters, [var.user_sync.signature_name]) : can(regex("^[A-Za-z0-9_.-]+$", name))])
    error_message = "signed_parameters must be names of parameters, out among them and signature_name not."
  }

  validation {
    condition     = var.user_sync == null ? true : var.user_sync.tcf_vendor_id == null ? true : var.user_sync.require_consent && var.user_sync.tcf_vendor_id >= 1 && var.user_sync.tcf_vendor_id <= 65535 && floor(var.user_sync.tcf_vendor_id) == var.user_sync.tcf_vendor_id
    error_message = "tcf_vendor_id must be a whole number, 1 to 65535, and needs require_consent = true: else nobody asks."
  }
}
