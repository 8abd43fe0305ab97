"""Endpoints of the account and its projects (API notes 1, 4, 5)."""

from .body import Reply
from .errors import bad_request
from .model import update_texts
from .paging import Paging
from .routing import route
from .validate import Members

SERVER_VERSION = b"3.6.0"  # the plugin version it expects, as plain text (notes 1)

PROJECT_SORT = {
    "NAME": lambda project: project.name.lower(),
    "CREATED": lambda project: project.created,
    "UPDATED": lambda project: project.updated,
}


@route("GET", "/version")
def version(call):
    return Reply(200, SERVER_VERSION, "text/plain")


@route("GET", "/user/status")
def user_status(call):
    return Reply.json(call.documents.user_status())


@route("GET", "/projects", only="docs")
def list_projects(call):
    return Reply.json([call.documents.project(project) for project in call.state.projects.values()])


@route("POST", "/projects/page", only="plugin")
def page_projects(call):
    body = Members(call.json())
    paging = Paging(body, PROJECT_SORT, 20, call.variants.most_per_page)
    wanted = (body.text("filter") or "").lower()
    body.finish()
    found = [project for project in call.state.projects.values() if wanted in project.name.lower()]
    page = [call.documents.project(project) for project in paging.cut(found)]
    return Reply.json(call.documents.page(page, len(found)))


@route("POST", "/projects")
def create_project(call):
    body = Members(call.json())
    name, description = body.filled_text("name", required=True), body.text_or_null("description")
    body.finish()
    project_id = call.state.add_project(name, description)
    return Reply.json(call.documents.project(call.state.project(project_id)))


@route("GET", "/projects/default")
def default_project(call):
    return Reply.json(call.documents.project(call.state.default_project))


@route("GET", "/projects/{project}")
def get_project(call, project):
    return Reply.json(call.documents.project(call.project(project)))


@route("PUT", "/projects/{project}")
def update_project(call, project):
    project = _changeable(call, project)
    body = Members(call.json())
    update_texts(project, body)
    return Reply.json(call.documents.project(project))


@route("DELETE", "/projects/{project}")
def delete_project(call, project):
    call.no_body()
    call.state.remove_project(_changeable(call, project))
    return Reply(200)


def _changeable(call, project):
    """Only owners change a project, and nobody the default one (notes 5)."""
    project = call.project(project, role="owner")
    if project.is_default:
        raise bad_request("The default project cannot be changed")
    return project
