variable "deployment" {
  description = "Folder of the configuration that is applied, from the top of the repository."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", var.deployment))
    error_message = "deployment is a folder of the repository, such as deployments/production."
  }
}

variable "github" {
  description = "The repository, connected to Cloud Build in the console before."
  type = object({
    owner = string
    name  = string
  })
}

variable "prefix" {
  description = "Begins the name of everything."
  type        = string
  default     = "relay-pipeline"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.prefix))
    error_message = "prefix must be 3 to 20 lower-case letters, digits and hyphens, begin with a letter and not end with a hyphen."
  }
}

variable "project_id" {
  description = "The Google Cloud project."
  type        = string
}

variable "region" {
  description = "Where builds run and the state is kept."
  type        = string
}
