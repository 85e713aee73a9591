# Who is who. Emails are put together here, not read from the accounts, so that a plan shows them.

locals {
  forward_account_ids = {
    for id in keys(var.destinations) : id => (
      length("${var.prefix}-to-${id}") <= 30
      ? "${var.prefix}-to-${id}"
      : "${substr("${var.prefix}-to-${id}", 0, 23)}-${substr(sha1(id), 0, 6)}"
    )
  }

  email_domain = "${var.project_id}.iam.gserviceaccount.com"

  emails = {
    build     = "${google_service_account.build.account_id}@${local.email_domain}"
    intake    = "${google_service_account.intake.account_id}@${local.email_domain}"
    push      = "${google_service_account.push.account_id}@${local.email_domain}"
    user_sync = "${var.prefix}-user-sync@${local.email_domain}"
  }

  forward_emails = {
    for id, account in google_service_account.forward : id => "${account.account_id}@${local.email_domain}"
  }

  pubsub_agent = "service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}
