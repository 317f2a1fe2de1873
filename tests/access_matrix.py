"""Who may call what: every route of the application stands here, or the suite fails.

Actors: AN nobody · OT a member of another organisation · LA labeler · AD admin · TR TI TL TA tokens with the scopes
read, import, label and admin. A cell is what the caller is told: OK for anything but 401, 403 and 404 (the request
may be refused for its content), or that status. Another organisation's things are 404, like ids that never were.
"""

from typing import NamedTuple

ACTORS = ("AN", "OT", "LA", "AD", "TR", "TI", "TL", "TA")
OK = 200


class Rule(NamedTuple):
    """`cells` has one status for each actor."""

    method: str
    path: str
    cells: tuple[int, ...]


def _rule(line: str) -> Rule:
    method, path, *cells = line.split()
    assert len(cells) == len(ACTORS), line
    return Rule(method, path, tuple(OK if cell == "ok" else int(cell) for cell in cells))


RULES = tuple(
    _rule(line)
    for line in """
    GET    /health                                               ok  ok  ok  ok  ok  ok  ok  ok
    HEAD   /health                                               ok  ok  ok  ok  ok  ok  ok  ok
    GET    /api/openapi.json                                     ok  ok  ok  ok  ok  ok  ok  ok
    GET    /api/docs                                             ok  ok  ok  ok  ok  ok  ok  ok
    HEAD   /api/docs                                             ok  ok  ok  ok  ok  ok  ok  ok
    GET    /assets/{name}                                        404 404 404 404 404 404 404 404
    HEAD   /assets/{name}                                        404 404 404 404 404 404 404 404
    GET    /{path:page}                                          ok  ok  ok  ok  ok  ok  ok  ok
    HEAD   /{path:page}                                          ok  ok  ok  ok  ok  ok  ok  ok
    GET    /api/setup                                            ok  ok  ok  ok  ok  ok  ok  ok
    POST   /api/setup                                            403 403 403 403 403 403 403 403
    GET    /api/session                                          401 ok  ok  ok  401 401 401 401
    POST   /api/session                                          ok  ok  ok  ok  ok  ok  ok  ok
    DELETE /api/session                                          403 ok  ok  ok  403 403 403 403
    PUT    /api/session/password                                 401 ok  ok  ok  401 401 401 401
    GET    /api/organisations/{organisation_id}/members          401 404 ok  ok  403 403 403 403
    GET    /api/tokens                                           401 404 403 ok  403 403 403 403
    POST   /api/tokens                                           401 404 403 ok  403 403 403 403
    DELETE /api/tokens/{token_id}                                401 404 403 ok  403 403 403 403
    POST   /api/operator/users                                   404 404 404 404 404 404 404 404
    POST   /api/operator/tokens                                  404 404 404 404 404 404 404 404

    GET    /api/projects                                         401 ok  ok  ok  ok  ok  ok  ok
    POST   /api/projects                                         401 404 403 ok  403 403 403 ok
    GET    /api/projects/{project_id}                            401 404 ok  ok  ok  ok  ok  ok
    PATCH  /api/projects/{project_id}                            401 404 403 ok  403 403 403 ok
    DELETE /api/projects/{project_id}                            401 404 403 ok  403 403 403 ok
    POST   /api/projects/{project_id}/restore                    401 404 403 ok  403 403 403 ok
    PUT    /api/projects/{project_id}/datasets/{dataset_id}      401 404 403 ok  403 ok  403 ok
    DELETE /api/projects/{project_id}/datasets/{dataset_id}      401 404 403 ok  403 403 403 ok
    GET    /api/projects/{project_id}/configuration              401 404 ok  ok  ok  ok  ok  ok
    PUT    /api/projects/{project_id}/configuration              401 404 403 ok  403 403 403 ok
    POST   /api/projects/{project_id}/configuration/effects      401 404 403 ok  403 403 403 ok
    GET    /api/projects/{project_id}/configuration/file         401 404 ok  ok  ok  ok  ok  ok
    HEAD   /api/projects/{project_id}/configuration/file         401 404 ok  ok  ok  ok  ok  ok
    POST   /api/projects/{project_id}/configuration/file         401 404 403 ok  403 403 403 ok
    GET    /api/projects/{project_id}/tasks                      401 404 ok  ok  ok  ok  ok  ok
    POST   /api/projects/{project_id}/tasks/move                 401 404 403 ok  403 403 403 ok
    POST   /api/projects/{project_id}/next-task                  401 404 ok  ok  403 403 ok  ok
    POST   /api/projects/{project_id}/take-tasks                 401 404 ok  ok  403 403 ok  ok
    GET    /api/projects/{project_id}/answers                    401 404 ok  ok  ok  ok  ok  ok

    GET    /api/datasets                                         401 ok  ok  ok  ok  ok  ok  ok
    POST   /api/datasets                                         401 404 403 ok  403 ok  403 ok
    GET    /api/datasets/{dataset_id}                            401 404 ok  ok  ok  ok  ok  ok
    PATCH  /api/datasets/{dataset_id}                            401 404 403 ok  403 403 403 ok
    DELETE /api/datasets/{dataset_id}                            401 404 403 ok  403 403 403 ok
    POST   /api/datasets/{dataset_id}/restore                    401 404 403 ok  403 403 403 ok
    GET    /api/datasets/{dataset_id}/media                      401 404 ok  ok  ok  ok  ok  ok
    POST   /api/datasets/{dataset_id}/media                      401 404 403 ok  403 ok  403 ok
    POST   /api/datasets/{dataset_id}/links                      401 404 403 ok  403 ok  403 ok
    GET    /api/media/{medium_id}                                401 404 ok  ok  ok  ok  ok  ok
    GET    /api/media/{medium_id}/file                           401 404 ok  ok  ok  ok  ok  ok
    HEAD   /api/media/{medium_id}/file                           401 404 ok  ok  ok  ok  ok  ok
    GET    /api/media/{medium_id}/display                        401 404 ok  ok  ok  ok  ok  ok
    HEAD   /api/media/{medium_id}/display                        401 404 ok  ok  ok  ok  ok  ok
    GET    /api/media/{medium_id}/thumbnail                      401 404 ok  ok  ok  ok  ok  ok
    HEAD   /api/media/{medium_id}/thumbnail                      401 404 ok  ok  ok  ok  ok  ok
    GET    /api/media/{medium_id}/tiles/{level}/{column}_{row}   401 404 ok  ok  ok  ok  ok  ok
    HEAD   /api/media/{medium_id}/tiles/{level}/{column}_{row}   401 404 ok  ok  ok  ok  ok  ok
    DELETE /api/media/{medium_id}                                401 404 403 ok  403 403 403 ok
    POST   /api/media/delete                                     401 404 403 ok  403 403 403 ok
    POST   /api/media/{medium_id}/retry                          401 404 403 ok  403 ok  403 ok

    GET    /api/projects/{project_id}/export                     401 404 403 ok  ok  403 403 ok
    HEAD   /api/projects/{project_id}/export                     401 404 403 ok  ok  403 403 ok
    GET    /api/projects/{project_id}/export/summary             401 404 403 ok  ok  403 403 ok
    POST   /api/projects/{project_id}/import                     401 404 403 ok  403 ok  403 ok
    GET    /api/formats                                          ok  ok  ok  ok  ok  ok  ok  ok
    GET    /api/projects/{project_id}/exports                    401 404 403 ok  ok  403 403 ok
    POST   /api/projects/{project_id}/exports                    401 404 403 ok  ok  403 403 ok
    GET    /api/exports/{export_id}                              401 404 403 ok  ok  403 403 ok
    GET    /api/exports/{export_id}/events                       401 404 403 ok  ok  403 403 ok
    POST   /api/exports/{export_id}/cancel                       401 404 403 ok  ok  403 403 ok
    POST   /api/exports/{export_id}/resume                       401 404 403 ok  ok  403 403 ok
    DELETE /api/exports/{export_id}                              401 404 403 ok  ok  403 403 ok
    GET    /api/exports/{export_id}/file                         401 404 403 ok  ok  403 403 ok
    HEAD   /api/exports/{export_id}/file                         401 404 403 ok  ok  403 403 ok
    POST   /api/exports/{export_id}/link                         401 404 403 ok  ok  403 403 ok
    GET    /api/exports/{export_id}/download                     404 404 404 404 404 404 404 404
    HEAD   /api/exports/{export_id}/download                     404 404 404 404 404 404 404 404
    GET    /api/projects/{project_id}/imports                    401 404 403 ok  403 ok  403 ok
    POST   /api/projects/{project_id}/imports                    401 404 403 ok  403 ok  403 ok
    GET    /api/imports/{import_id}                              401 404 403 ok  403 ok  403 ok
    GET    /api/imports/{import_id}/events                       401 404 403 ok  403 ok  403 ok
    GET    /api/imports/{import_id}/changes                      401 404 403 ok  403 ok  403 ok
    GET    /api/imports/{import_id}/changes/file                 401 404 403 ok  403 ok  403 ok
    HEAD   /api/imports/{import_id}/changes/file                 401 404 403 ok  403 ok  403 ok
    PUT    /api/imports/{import_id}/options                      401 404 403 ok  403 ok  403 ok
    POST   /api/imports/{import_id}/format                       401 404 403 ok  403 ok  403 ok
    GET    /api/imports/{import_id}/configuration                401 404 403 ok  403 403 403 ok
    POST   /api/imports/{import_id}/configuration                401 404 403 ok  403 403 403 ok
    POST   /api/imports/{import_id}/apply                        401 404 403 ok  403 ok  403 ok
    POST   /api/imports/{import_id}/cancel                       401 404 403 ok  403 ok  403 ok
    POST   /api/imports/{import_id}/undo                         401 404 403 ok  403 ok  403 ok
    DELETE /api/imports/{import_id}                              401 404 403 ok  403 ok  403 ok
    GET    /api/projects/{project_id}/mappings                   401 404 403 ok  403 ok  403 ok
    POST   /api/projects/{project_id}/mappings                   401 404 403 ok  403 ok  403 ok
    GET    /api/mappings/{mapping_id}                            401 404 403 ok  403 ok  403 ok
    PATCH  /api/mappings/{mapping_id}                            401 404 403 ok  403 ok  403 ok
    DELETE /api/mappings/{mapping_id}                            401 404 403 ok  403 ok  403 ok
    GET    /schema/export.schema.json                            ok  ok  ok  ok  ok  ok  ok  ok
    HEAD   /schema/export.schema.json                            ok  ok  ok  ok  ok  ok  ok  ok

    POST   /api/next-task                                        401 ok  ok  ok  ok  ok  ok  ok
    GET    /api/tasks/{task_id}                                  401 404 ok  ok  ok  ok  ok  ok
    PATCH  /api/tasks/{task_id}/labels                           401 404 ok  ok  403 403 ok  ok
    POST   /api/tasks/{task_id}/complete                         401 404 ok  ok  403 403 ok  ok
    POST   /api/tasks/{task_id}/skip                             401 404 ok  ok  403 403 ok  ok
    POST   /api/tasks/{task_id}/release                          401 404 403 ok  403 403 403 ok
    POST   /api/tasks/{task_id}/withdraw                         401 404 403 ok  403 403 403 ok
    POST   /api/tasks/{task_id}/reopen                           401 404 403 ok  403 403 403 ok
    POST   /api/tasks/{task_id}/reset-labeler                    401 404 403 ok  403 403 403 ok
    GET    /api/tasks/{task_id}/history                          401 404 ok  ok  ok  403 403 ok

    GET    /api/v1/project                                       401 401 401 401 ok  ok  ok  ok
    HEAD   /api/v1/project                                       401 401 401 401 ok  ok  ok  ok
    POST   /api/v1/project/{project_id}/dataset/{dataset_id}     401 401 401 401 403 ok  403 ok
    DELETE /api/v1/project/{project_id}/dataset/{dataset_id}/remove  401 401 401 401 403 403 403 ok
    GET    /api/v1/dataset                                       401 401 401 401 ok  ok  ok  ok
    POST   /api/v1/dataset                                       401 401 401 401 403 ok  403 ok
    GET    /api/v1/dataset/{dataset_id}                          401 401 401 401 ok  ok  ok  ok
    POST   /api/v1/media/{dataset_id}/url                        401 401 401 401 403 ok  403 ok
    POST   /api/v1/media/{dataset_id}/file                       401 401 401 401 403 ok  403 ok
    GET    /api/v1/media/{medium_id}                             401 401 401 401 ok  ok  ok  ok
    HEAD   /api/v1/media/{medium_id}                             401 401 401 401 ok  ok  ok  ok
    DELETE /api/v1/media/{medium_id}                             401 401 401 401 403 403 403 ok
    DELETE /api/v1/config/{configuration_id}                     401 401 401 401 403 403 403 ok
    PUT    /api/v1/config/{configuration_id}                     401 401 401 401 403 403 403 ok
    POST   /api/v1/project/{project_id}/prediction               401 401 401 401 403 ok  403 ok
    GET    /api/v1/export/{project_id}                           401 401 401 401 ok  403 403 ok
    HEAD   /api/v1/export/{project_id}                           401 401 401 401 ok  403 403 ok
    GET    /api/v1/export/bitmap/{task_id}/{export_key}          401 404 ok  ok  ok  ok  ok  ok
    HEAD   /api/v1/export/bitmap/{task_id}/{export_key}          401 404 ok  ok  ok  ok  ok  ok
    GET    /api/v1/exportVideoTask/{task_id}                     401 401 401 401 ok  403 403 ok
    GET    /api/v1/exportVideoTask/{task_id}/                    401 401 401 401 ok  403 403 ok
    GET    /api/v1/task/{project_id}/list                        401 401 401 401 ok  ok  ok  ok
    GET    /api/v1/task/{task_id}                                401 401 401 401 ok  ok  ok  ok
    PUT    /api/v1/task/{task_id}/skipTask                       401 401 401 401 403 403 ok  ok
    PUT    /api/v1/task/{task_id}/completeTask                   401 401 401 401 403 403 ok  ok
    POST   /api/v1/lcValue/{class_id}                            401 401 401 401 403 403 ok  ok
    PUT    /api/v1/lcValue/{value_id}                            401 401 401 401 403 403 ok  ok
    DELETE /api/v1/lcValue/{value_id}                            401 401 401 401 403 403 ok  ok
    PUT    /api/v1/lcValue/{value_id}/changeType                 401 401 401 401 403 403 ok  ok
    POST   /api/v1/aiseg/calculate                               401 401 401 401 ok  ok  ok  ok
    POST   /api/v1/aiseg/{medium_id}/prepare                     401 401 401 401 ok  ok  ok  ok
    DELETE /api/v1/aiseg/{medium_id}/finish                      401 401 401 401 ok  ok  ok  ok
    GET    /api/v1/{path:path}                                   404 404 404 404 404 404 404 404
    HEAD   /api/v1/{path:path}                                   404 404 404 404 404 404 404 404
    POST   /api/v1/{path:path}                                   404 404 404 404 404 404 404 404
    PUT    /api/v1/{path:path}                                   404 404 404 404 404 404 404 404
    DELETE /api/v1/{path:path}                                   404 404 404 404 404 404 404 404
    """.splitlines()
    if line.strip()
)
