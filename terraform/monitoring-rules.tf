# Alerts that open when a query has a result for `for_seconds`, and close when it has none. None has a result
# without traffic, and a rule about a share of the requests also wants a number of them.

locals {
  alert_rules = {
    requests_fail = {
      title       = "Requests fail"
      severity    = "CRITICAL"
      for_seconds = 120
      meaning     = "Intake or user sync answers more than ${format("%.1f", 100 * var.monitoring.server_error_ratio)} % of its requests with 5xx. What intake answers so is not stored: it is lost unless Mapp sends it again."
      first_step  = "Look at which errorCode the 5xx answers have."
      query       = <<-EOT
        sum by (service_name) (increase({"run.googleapis.com/request_count", ${local.at.public}, response_code_class="5xx"}[10m]))
          / sum by (service_name) (increase({"run.googleapis.com/request_count", ${local.at.public}}[10m]))
          > ${var.monitoring.server_error_ratio}
        and sum by (service_name) (increase({"run.googleapis.com/request_count", ${local.at.public}, response_code_class="5xx"}[10m])) >= 5
      EOT
    }

    nothing_can_be_stored = {
      title       = "Nothing can be stored"
      severity    = "CRITICAL"
      for_seconds = 0
      meaning     = "Pub/Sub does not acknowledge in time what intake publishes, so requests are answered 503. Mapp has to send them again."
      first_step  = "Run the doctor, then look at the status of Pub/Sub in this region."
      query       = <<-EOT
        sum(increase({"${local.series.requests}", ${local.at.intake}, error_code="QUEUE_UNAVAILABLE"}[10m])) >= 5
      EOT
    }

    every_request_is_refused = {
      title       = "Every request is refused"
      severity    = "CRITICAL"
      for_seconds = 0
      meaning     = "For half an hour no request had a valid signature or password, and several had a wrong one. Mapp and the relay most likely do not know the same secret."
      first_step  = "Compare the secret at Mapp with the two newest enabled versions here."
      query       = <<-EOT
        sum(increase({"${local.series.requests}", ${local.at.intake}, error_code=~"SIGNATURE_INVALID|BASIC_AUTH_INVALID"}[30m])) >= 5
        unless sum(increase({"${local.series.requests}", ${local.at.intake}, type=~".+"}[30m])) > 0
      EOT
    }

    many_requests_are_refused = {
      title       = "Many requests are refused"
      severity    = "WARNING"
      for_seconds = 300
      meaning     = "More than ${var.monitoring.signature_failures_per_minute} requests a minute have a wrong signature or password. Somebody guesses, or a part of Mapp still signs with an old secret."
      first_step  = "See whether signed requests come too, and whether a secret was rotated."
      query       = <<-EOT
        sum(rate({"${local.series.requests}", ${local.at.intake}, error_code=~"SIGNATURE_INVALID|BASIC_AUTH_INVALID"}[5m])) * 60
          > ${var.monitoring.signature_failures_per_minute}
      EOT
    }

    intake_answers_slowly = {
      title       = "Intake answers slowly"
      severity    = "WARNING"
      for_seconds = 300
      meaning     = "One request in a hundred waits longer than ${var.monitoring.intake_p99_ms} ms for its answer. Mapp expects users to be taken within a second."
      first_step  = "See whether instances start often or are at their limit, and how long publishing takes."
      query       = <<-EOT
        histogram_quantile(0.99, sum by (le) (rate({"${local.series.request_latency}_bucket", ${local.at.intake}, type=~"${local.quick_types}"}[10m])))
          > ${var.monitoring.intake_p99_ms}
        and sum(increase({"${local.series.request_latency}_count", ${local.at.intake}, type=~"${local.quick_types}"}[10m])) >= 100
      EOT
    }

    # Audiences are created now and then: an hour, and five of them, make a rule.
    creating_an_audience_takes_long = {
      title       = "Creating an audience takes long"
      severity    = "WARNING"
      for_seconds = 0
      meaning     = "Of the audiences created within an hour, the slowest took longer than ${var.monitoring.create_p99_ms} ms to answer. Mapp then tells their creator that it failed, though it goes on."
      first_step  = "See whether intake was started anew, and how long the third party takes."
      query       = <<-EOT
        histogram_quantile(0.99, sum by (le) (rate({"${local.series.request_latency}_bucket", ${local.at.intake}, type="CREATE_AUDIENCE"}[1h])))
          > ${var.monitoring.create_p99_ms}
        and sum(increase({"${local.series.request_latency}_count", ${local.at.intake}, type="CREATE_AUDIENCE"}[1h])) >= 5
      EOT
    }

    # What was put back is looked at again within a minute. A subscription has the name of its destination at its end.
    forward_does_not_work = {
      title       = "Forward does not work"
      severity    = "CRITICAL"
      for_seconds = 120
      meaning     = "A message has waited longer than ${var.monitoring.oldest_unacked_seconds} s, and for a quarter of an hour forward has settled none, not even by putting one back. It cannot be called, may not pull, does not start, or breaks off every time."
      first_step  = "Look at how forward answers wakes and the sweep, and whether it pulls."
      query       = <<-EOT
        label_replace(max by (subscription_id) ({"pubsub.googleapis.com/subscription/oldest_unacked_message_age", ${local.at.queue}}), "service_name", "${var.prefix}-forward-$1", "subscription_id", "${var.prefix}-(?:forward|control)-(.*)")
          > ${var.monitoring.oldest_unacked_seconds}
        unless on (service_name) sum by (service_name) (increase({"${local.series.deliveries}", ${local.at.forward}}[15m])) > 0
      EOT
    }

    messages_wait_long = {
      title       = "Messages wait long"
      severity    = "WARNING"
      for_seconds = 300
      meaning     = "The oldest message of a forward has waited longer than ${var.monitoring.oldest_unacked_seconds} s, while others may go through. It is one audience that waits, or more comes than the third party takes."
      first_step  = "Look at the retryReason and the audiences of the deliveries that were nacked."
      query       = <<-EOT
        max by (subscription_id) ({"pubsub.googleapis.com/subscription/oldest_unacked_message_age", ${local.at.queue}})
          > ${var.monitoring.oldest_unacked_seconds}
      EOT
    }

    control_pushes_fail = {
      title       = "Control pushes fail"
      severity    = "WARNING"
      for_seconds = 0
      meaning     = "For a quarter of an hour forward has taken none of the creations and rejected entries that were pushed to it. New audiences get no segment, and their members wait."
      first_step  = "Look at how forward answers Pub/Sub's pushes."
      query       = <<-EOT
        sum by (subscription_id) (increase({"pubsub.googleapis.com/subscription/push_request_count", ${local.at.control}, response_class!="ack"}[15m])) >= 5
        unless on (subscription_id) sum by (subscription_id) (increase({"pubsub.googleapis.com/subscription/push_request_count", ${local.at.control}, response_class="ack"}[15m])) > 0
      EOT
    }

    # One failure is a deployment: an instance that ends answers 503.
    the_sweep_fails = {
      title       = "The sweep fails"
      severity    = "WARNING"
      for_seconds = 0
      meaning     = "Cloud Scheduler calls forward every minute, and of fifteen calls at least five failed. Wakes go on; what was put back, or had no wake, waits."
      first_step  = "Look at what the sweep is answered."
      query       = <<-EOT
        sum by (job_id) (increase({"${local.series.sweep_failures}", ${local.at.sweeps}}[15m])) >= 5
      EOT
    }

    # A fault is logged once and lasts; the calls that probe it go on being refused.
    the_third_party_refuses_us = {
      title       = "The third party refuses us"
      severity    = "CRITICAL"
      for_seconds = 0
      meaning     = "It refuses our credentials, redirects us or does not know the call, whatever is sent. Nothing arrives there until somebody changes something; messages wait."
      first_step  = "Look at the status it answers with, and check the credentials with the doctor."
      query       = <<-EOT
        sum by (service_name) (increase({"${local.series.destination_faults}", ${local.at.forward}}[15m])) > 0
        or sum by (service_name) (increase({"${local.series.calls}", ${local.at.forward}, result="fault"}[15m])) > 0
      EOT
    }

    the_third_party_is_left_alone = {
      title       = "The third party is left alone"
      severity    = "WARNING"
      for_seconds = 300
      meaning     = "It failed or asked for a pause, and has taken no call for a quarter of an hour. Messages wait, and go out by themselves once it is back within the retry window."
      first_step  = "Look at the third party's status page and at what it answers."
      query       = <<-EOT
        sum by (service_name) (increase({"${local.series.destination_pauses}", ${local.at.forward}}[1h])) > 0
        unless on (service_name) sum by (service_name) (increase({"${local.series.calls}", ${local.at.forward}, result="outcomes"}[15m])) > 0
      EOT
    }

    deliveries_break_off = {
      title       = "Deliveries break off"
      severity    = "WARNING"
      for_seconds = 0
      meaning     = "Deliveries fail on our side: Firestore, the dead-letter topic or a secret does not answer, or the relay has a bug. They are delivered again."
      first_step  = "Look at their errorCode."
      query       = <<-EOT
        sum by (service_name, error_code) (increase({"${local.series.errors}", ${local.at.forward}, event="delivery_failed"}[15m])) >= 10
      EOT
    }

    dead_letters_expire = {
      title       = "Dead letters expire"
      severity    = "WARNING"
      for_seconds = 600
      meaning     = "A dead letter has waited for more than 25 days. After 31 days it is gone, and what it holds with it."
      first_step  = "List the old ones, then replay or purge them."
      query       = <<-EOT
        max({"pubsub.googleapis.com/subscription/oldest_unacked_message_age", ${local.at.dead_letters}}) > ${25 * 24 * 60 * 60}
      EOT
    }
  }
}
